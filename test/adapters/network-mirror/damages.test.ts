import { copyFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { createNetworkMirror } from '../../../src/adapters/network-mirror/network-mirror.ts';
import type { MirrorStore } from '../../../src/ports/mirror-store.ts';
import {
  bytesOf,
  type ContractReleases,
  contractReleases,
  deliver,
  piecesOf,
  sendFile,
  viewOf,
} from '../../contract/destination-releases.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { mirrorClientView } from '../../support/mirror-client.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
const temporaryFolder = temporaryFolders();
const ADDRESS = 'registry.terraform.io/acme/anvil';
const LINUX_ZIP = 'terraform-provider-anvil_1.0.0_linux_amd64.zip';

let releases: ContractReleases;
beforeAll(async () => {
  releases = await contractReleases();
});

/** A folder mirror, with a list of all that is written to it. */
async function openMirror() {
  const root = await temporaryFolder();
  const inner = createFolderMirrorStore(root);
  const writes: string[] = [];
  const store: MirrorStore = {
    ...inner,
    writeDocument: async (key, ...rest) => {
      writes.push(key.slice(ADDRESS.length + 1));
      return await inner.writeDocument(key, ...rest);
    },
    putFile: async (file, ...rest) => {
      writes.push(file.key.slice(ADDRESS.length + 1));
      return await inner.putFile(file, ...rest);
    },
  };
  const at = (name: string) => join(root, ADDRESS, name);
  const view = async () =>
    await mirrorClientView(
      async (key) => await readFile(join(root, key)).catch(() => undefined),
      releases.first.address,
    );
  return { root, store, mirror: createNetworkMirror({ name: 'mirror', store, clock }), writes, at, view };
}

type Damage = (at: (name: string) => string) => Promise<unknown>;

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}

const damages: readonly (readonly [string, Damage, readonly string[]])[] = [
  ['a package is gone', (at) => rm(at(LINUX_ZIP)), [LINUX_ZIP]],
  ['a package is empty', (at) => writeFile(at(LINUX_ZIP), ''), [LINUX_ZIP]],
  [
    'a package has other bytes of the same length',
    async (at) => {
      const bytes = await readFile(at(LINUX_ZIP));
      await writeFile(at(LINUX_ZIP), bytes.fill(0, 30, 40));
    },
    [LINUX_ZIP],
  ],
  ['the version document is gone', (at) => rm(at('1.0.0.json')), []],
  ['the version document is no JSON', (at) => writeFile(at('1.0.0.json'), '{"archives":'), []],
  [
    'the version document lacks a platform',
    (at) => edit(at('1.0.0.json'), (text) => text.replace('linux_amd64": {', 'linux_arm64": {')),
    [],
  ],
  [
    'the version document has a hash of another package beside the right one',
    (at) => edit(at('1.0.0.json'), (text) => text.replace('"zh:', `"zh:${'0'.repeat(64)}", "zh:`)),
    [],
  ],
  [
    'the version document leads elsewhere',
    (at) => edit(at('1.0.0.json'), (text) => text.replace(/"url": "/, '"url": "https://example.com/')),
    [],
  ],
  ['the index is gone', (at) => rm(at('index.json')), []],
  ['the index does not list the version', (at) => writeFile(at('index.json'), '{"versions":{}}'), []],
  ['the index is no JSON', (at) => writeFile(at('index.json'), 'x'), []],
  ['SHA256SUMS is gone', (at) => rm(at('1.0.0.evidence/SHA256SUMS')), []],
  [
    'SHA256SUMS was changed',
    (at) =>
      edit(at('1.0.0.evidence/SHA256SUMS'), (text) => (text.startsWith('0') ? '1' : '0') + text.slice(1)),
    [],
  ],
  ['the signature is another', (at) => writeFile(at('1.0.0.evidence/SHA256SUMS.sig'), 'x'), []],
  ['the key is gone', (at) => rm(at('1.0.0.evidence/signing-key.asc')), []],
  ['the evidence is gone', (at) => rm(at('1.0.0.evidence/evidence.json')), []],
  ['the evidence is no JSON', (at) => writeFile(at('1.0.0.evidence/evidence.json'), 'x'), []],
  ['all of the evidence is gone', (at) => rm(at('1.0.0.evidence'), { recursive: true }), []],
];

describe('a mirror in which something is not as it was delivered', () => {
  it.each(damages)('sees that %s and mends it, sending no package that is right', async (_, damage, sent) => {
    const { mirror, writes, at, view } = await openMirror();
    await deliver(mirror, releases.first);
    await deliver(mirror, releases.second);
    writes.length = 0;
    await damage(at);
    const plan = await mirror.inspect(releases.first);
    expect(plan.differences).toEqual([]);
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(plan.missing).toEqual(sent);
    await deliver(mirror, releases.first);
    await deliver(mirror, releases.second);
    expect(writes.filter((name) => name.endsWith('.zip'))).toEqual(sent);
    expect((await mirror.inspect(releases.first)).outcome).toBe('up-to-date');
    expect((await mirror.inspect(releases.second)).outcome).toBe('up-to-date');
    expect(await view()).toEqual(viewOf(releases.first, releases.second));
  });

  it('writes nothing at all when everything is as it should be, nor when a commit is repeated', async () => {
    const { mirror, writes } = await openMirror();
    const plan = await mirror.inspect(releases.first);
    const delivery = await mirror.begin(releases.first, plan, {});
    for (const { filename } of releases.first.files) await sendFile(delivery, releases.first, filename);
    await delivery.commit();
    writes.length = 0;
    await delivery.commit();
    expect((await mirror.inspect(releases.first)).outcome).toBe('up-to-date');
    expect(writes).toEqual([]);
  });

  it('does not send a package again whose time alone has changed', async () => {
    const { mirror, at } = await openMirror();
    await deliver(mirror, releases.first);
    await utimes(at(LINUX_ZIP), new Date(), new Date());
    expect((await mirror.inspect(releases.first)).outcome).toBe('up-to-date');
  });

  it('takes a version off the index whose package has gone, when another version is delivered', async () => {
    const { mirror, at, view } = await openMirror();
    await deliver(mirror, releases.first);
    await rm(at(LINUX_ZIP));
    await deliver(mirror, releases.second);
    expect(await view()).toEqual(viewOf(releases.second));
  });

  it('does not bring a version back that is not listed, because somebody may be deleting it', async () => {
    const { mirror, at, view } = await openMirror();
    await deliver(mirror, releases.first);
    await writeFile(at('index.json'), '{"versions":{}}');
    await deliver(mirror, releases.second);
    expect(await view()).toEqual(viewOf(releases.second));
  });
});

describe('a folder that another tool has filled', () => {
  /** As `terraform providers mirror` leaves it: packages and documents, no evidence. */
  async function filledByTerraform(spoil?: (zip: Buffer) => Buffer) {
    const opened = await openMirror();
    const { root, at } = opened;
    await mkdir(join(root, ADDRESS), { recursive: true });
    const archives: Record<string, unknown> = {};
    for (const { filename } of releases.first.files) {
      const bytes = await bytesOf(releases.first, filename);
      await writeFile(at(filename), spoil ? spoil(bytes) : bytes);
      const platform = filename.split('_').slice(2).join('_').replace('.zip', '');
      archives[platform] = { hashes: [`h1:${'A'.repeat(43)}=`], url: filename };
    }
    await writeFile(at('1.0.0.json'), JSON.stringify({ archives }));
    await writeFile(at('index.json'), '{"versions":{"1.0.0":{}}}');
    return opened;
  }

  it('is completed with what proves it, and its packages stay', async () => {
    const { mirror, view, at } = await filledByTerraform();
    const before = await stat(at(LINUX_ZIP));
    const plan = await mirror.inspect(releases.first);
    expect(plan).toMatchObject({ outcome: 'complete', missing: [] });
    await deliver(mirror, releases.first);
    expect(await view()).toEqual(viewOf(releases.first));
    expect((await stat(at(LINUX_ZIP))).ino).toBe(before.ino);
  });

  it('has packages replaced that are not the publisher’s', async () => {
    const { mirror, view } = await filledByTerraform((zip) => zip.fill(7, 10, 12));
    const plan = await mirror.inspect(releases.first);
    expect(plan).toMatchObject({ outcome: 'complete', missing: releases.first.files.map((f) => f.filename) });
    await deliver(mirror, releases.first);
    expect(await view()).toEqual(viewOf(releases.first));
  });

  it('loses platforms that SHA256SUMS does not speak for, and keeps those it does', async () => {
    const { mirror, view, at } = await filledByTerraform();
    await copyFile(at(LINUX_ZIP), at('terraform-provider-anvil_1.0.0_linux_arm64.zip'));
    await edit(at('1.0.0.json'), (text) => {
      const document = JSON.parse(text) as { archives: Record<string, unknown> };
      document.archives['linux_arm64'] = {
        url: 'terraform-provider-anvil_1.0.0_linux_arm64.zip',
        hashes: [],
      };
      document.archives['../../x'] = { url: LINUX_ZIP, hashes: [] };
      return JSON.stringify(document);
    });
    await deliver(mirror, releases.linuxOnly);
    expect(await view()).toEqual(viewOf(releases.first));
  });
});

describe('build metadata', () => {
  it('is served under both keys where a server may read + as a blank', async () => {
    const { store, root } = await openMirror();
    const { first } = releases;
    const build = { ...first, version: { ...first.version, canonical: '1.0.0+b1', build: 'b1' } };
    const mirror = createNetworkMirror({
      name: 'mirror',
      store: { ...store, readsPlusAsBlank: true },
      clock,
    });
    expect(await deliver(mirror, build)).toBe('publish');
    const folder = join(root, ADDRESS);
    const [plain, twin] = [join(folder, '1.0.0+b1.json'), join(folder, '1.0.0 b1.json')];
    expect(await readFile(twin, 'utf8')).toBe(await readFile(plain, 'utf8'));
    expect(await readFile(plain, 'utf8')).toContain('anvil_1.0.0%2Bb1_linux_amd64.zip');
    await rm(twin);
    expect((await mirror.inspect(build)).outcome).toBe('complete');
    await deliver(mirror, build);
    expect((await mirror.inspect(build)).outcome).toBe('up-to-date');
    const [held] = await mirror.listProviders();
    expect(held).toBeDefined();
    if (held === undefined) return;
    expect((await mirror.listVersions(held)).map(({ text }) => text)).toEqual(['1.0.0+b1']);
    expect(await mirror.deleteVersion(held, '1.0.0+b1')).toBe('deleted');
    expect(await readdir(folder)).toEqual(['index.json']);
  });
});

describe('a registry whose address has a port', () => {
  const withPort = () => {
    const address = { ...releases.first.address, hostname: 'registry.example.com:8443' };
    return { ...releases.first, address };
  };

  it('is remarked on in a folder, where a filesystem_mirror finds its providers', async () => {
    const { mirror } = await openMirror();
    const { outcome, remarks } = await mirror.inspect(withPort());
    expect(outcome).toBe('publish');
    expect(remarks).toEqual([expect.stringContaining('a filesystem_mirror finds it')]);
  });

  it('is refused where clients come over the network alone', async () => {
    const { store } = await openMirror();
    const mirror = createNetworkMirror({ name: 'mirror', store: { ...store, networkOnly: true }, clock });
    await expect(mirror.inspect(withPort())).rejects.toMatchObject({ code: 'DestinationRejected' });
  });
});

describe('another zip in the place of a package', () => {
  it('leaves no trace in the hashes that clients are given', async () => {
    const clean = await openMirror();
    await deliver(clean.mirror, releases.first);
    const { mirror, at } = await openMirror();
    const { first, second } = releases;
    const delivery = await mirror.begin(first, await mirror.inspect(first), {});
    for (const [index, file] of first.files.entries()) {
      const wrong = await bytesOf(second, second.files[index]?.filename ?? '');
      const sent = delivery.sinkFor(file).send(piecesOf(wrong), wrong.length);
      await expect(sent).rejects.toMatchObject({ code: 'DigestMismatch' });
      await sendFile(delivery, first, file.filename);
    }
    await delivery.commit();
    expect(await readFile(at('1.0.0.json'), 'utf8')).toBe(await readFile(clean.at('1.0.0.json'), 'utf8'));
  });
});

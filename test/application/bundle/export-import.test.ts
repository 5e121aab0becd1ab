import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSigningKeyFile } from '../../../src/adapters/bundle/company-signature.ts';
import { openDraft } from '../../../src/adapters/bundle/draft.ts';
import { createImportHistoryFile } from '../../../src/adapters/bundle/import-history-file.ts';
import { readBase } from '../../../src/adapters/bundle/open-bundle.ts';
import { openForImport } from '../../../src/adapters/bundle/open-for-import.ts';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { createNetworkMirror } from '../../../src/adapters/network-mirror/network-mirror.ts';
import { exportBundle } from '../../../src/application/bundle/export-bundle.ts';
import { type ImportPorts, importBundle } from '../../../src/application/bundle/import-bundle.ts';
import { createLedgerLog } from '../../../src/application/ledger/ledger-log.ts';
import { verifyProviders } from '../../../src/application/verify/verify-providers.ts';
import type { SyncConfig } from '../../../src/domain/config/config.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { createFakeLedger, factsIn } from '../../fakes/ledger.ts';
import { createFakePrivateRegistry } from '../../fakes/private-registry.ts';
import {
  anvil,
  configOf,
  DARWIN,
  freshWorld,
  LINUX,
  privateDestination,
  WINDOWS,
  weather,
} from '../../support/sync-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const world = freshWorld();

/** A minute later at every look. */
function passingClock(): Clock {
  let minutes = 0;
  return { now: () => new Date(Date.UTC(2026, 10, 3, 0, (minutes += 1))), monotonic: () => 0 };
}
const clock = passingClock();

interface ExportInput {
  readonly since?: string;
  /** Breaks off while the bundle is written. */
  readonly stop?: AbortController;
  readonly signKey?: string;
}

async function exporting(target: string, config: SyncConfig, { since, signKey, stop }: ExportInput = {}) {
  await using draft = await openDraft({
    target,
    base: since === undefined ? undefined : await readBase(since),
    signingKey: signKey === undefined ? undefined : await readSigningKeyFile(signKey),
    toolVersion: 'test',
    clock,
  });
  const stopping = stop && { signal: stop.signal, onWritten: () => stop.abort() };
  return await exportBundle({ ...world.ports, clock, draft }, config, stopping);
}

/** The side without a network: a mirror in a folder and a private registry, and a record of imports. */
async function inside() {
  const folder = await temporaryFolder();
  const store = createFolderMirrorStore(join(folder, 'mirror'));
  const mirror = createNetworkMirror({ name: 'mirror', store, clock });
  const registry = createFakePrivateRegistry();
  const destinations = [mirror, privateDestination(registry, clock)];
  const history = createImportHistoryFile(join(folder, 'imports.json'));
  return {
    folder,
    destinations,
    async import(path: string, config: SyncConfig, more: Partial<ImportPorts> = {}) {
      await using bundle = await openForImport(path, { verifyKey: undefined });
      const { events, progress } = world.ports;
      return await importBundle(
        { bundle, history, destinations, destinationsNamed: true, events, progress, clock, ...more },
        config,
      );
    },
    verify: async (config: SyncConfig) =>
      await verifyProviders({ ...world.ports, destinations, destinationsNamed: true, clock }, config, {
        deep: true,
      }),
  };
}

const CONFIG = configOf(anvil('1.0.0'), anvil('1.1.0'), weather());

describe.each(['bundle', 'bundle.tar'])('%s: exported here, imported there', (name) => {
  it('is the same as a sync, for every destination, by one download', async () => {
    const target = join(await temporaryFolder(), name);
    const { bundle, summary } = await exporting(target, CONFIG);
    expect(summary).toMatchObject({ ok: true, outcomes: { published: 3 } });
    expect(bundle).toMatchObject({ location: target, base: null, signed: false, versions: 3 });
    expect(world.publicRegistry.downloads).toHaveLength(6);

    const side = await inside();
    const imported = await side.import(target, CONFIG);
    expect(imported).toMatchObject({ summary: { ok: true, outcomes: { published: 3 } }, skipped: [] });
    expect(world.publicRegistry.downloads).toHaveLength(6);
    expect(await side.verify(CONFIG)).toMatchObject({ summary: { ok: true, verified: 3 } });
    expect(await side.import(target, CONFIG)).toMatchObject({ summary: { outcomes: { 'up-to-date': 3 } } });
  });

  it('with a base holds only what is new, and what is there inside stays listed', async () => {
    const folder = await temporaryFolder();
    const first = join(folder, `first-${name}`);
    const second = join(folder, `second-${name}`);
    const before = configOf(anvil('1.0.0', [LINUX]), weather());
    await exporting(first, before);
    const downloads = world.publicRegistry.downloads.length;
    const { bundle } = await exporting(second, CONFIG, { since: first });
    expect(bundle?.base).toMatch(/^[0-9a-f]{64}$/);
    expect(world.publicRegistry.downloads.slice(downloads).toSorted()).toEqual([
      'terraform-provider-anvil_1.0.0_darwin_arm64.zip',
      'terraform-provider-anvil_1.1.0_darwin_arm64.zip',
      'terraform-provider-anvil_1.1.0_linux_amd64.zip',
    ]);

    const side = await inside();
    await expect(side.import(second, CONFIG)).rejects.toMatchObject({ code: 'BundleOutOfOrder' });
    await side.import(first, CONFIG);
    const imported = await side.import(second, CONFIG);
    expect(imported.summary).toMatchObject({ ok: true, outcomes: { published: 1, completed: 1 } });
    expect(await side.verify(CONFIG)).toMatchObject({ summary: { ok: true, verified: 3 } });
    const index = await readFile(
      join(side.folder, 'mirror/registry.terraform.io/acme/anvil/index.json'),
      'utf8',
    );
    expect(Object.keys((JSON.parse(index) as { versions: object }).versions)).toEqual(['1.0.0', '1.1.0']);

    const third = join(folder, `third-${name}`);
    const wider = configOf(anvil('1.1.0', [LINUX, DARWIN, WINDOWS]), weather());
    await exporting(third, wider, { since: second });
    await side.import(third, wider);
    expect(await side.verify(wider)).toMatchObject({ summary: { ok: true } });
  });

  it('is kept in a ledger when it is imported, and what a later one does not hold is not called gone', async () => {
    const folder = await temporaryFolder();
    const side = await inside();
    const ledger = createFakeLedger(clock);
    const events = createLedgerLog(ledger, clock);
    for (const [number, version] of ['1.0.0', '1.1.0'].entries()) {
      const target = join(folder, `${number}-${name}`);
      await exporting(target, configOf(anvil(version, [LINUX])));
      await side.import(target, configOf(anvil(version, [LINUX])), { ledger, events, admits: true });
      await events.flush();
    }
    const facts = (fact: Parameters<typeof factsIn>[1]) => factsIn(ledger.all, fact);
    expect(facts('version.delivered')).toHaveLength(4);
    expect(facts('version.admitted')).toHaveLength(2);
    expect(facts('version.gone-upstream')).toEqual([]);
  });

  it('is not written at all when nothing is new, or when a provider fails', async () => {
    const folder = await temporaryFolder();
    const [first, second] = [join(folder, `first-${name}`), join(folder, `second-${name}`)];
    await exporting(first, CONFIG);
    expect((await exporting(second, CONFIG, { since: first })).bundle).toBeNull();

    const address = { hostname: 'registry.terraform.io', namespace: 'globex', type: 'weather' };
    world.publicRegistry.tamper(address, '3.0.0', { kind: 'flipped-byte', platform: 'linux_amd64' });
    const failed = await exporting(second, CONFIG);
    expect(failed).toMatchObject({ bundle: null, summary: { ok: false, outcomes: { failed: 1 } } });
    await expect(stat(second)).rejects.toMatchObject({ code: 'ENOENT' });

    world.publicRegistry.mend();
    const downloads = world.publicRegistry.downloads.length;
    expect((await exporting(second, CONFIG)).bundle).not.toBeNull();
    // The four packages that arrived before are not downloaded again, nor is weather's other one.
    expect(world.publicRegistry.downloads.slice(downloads)).toEqual([
      'terraform-provider-weather_3.0.0_linux_amd64.zip',
    ]);
    expect((await readdir(folder)).toSorted()).toEqual([`first-${name}`, `second-${name}`].toSorted());
  });
});

describe('an export', () => {
  it('goes on after another config’s, without what that one asked for', async () => {
    const target = join(await temporaryFolder(), 'bundle.tar');
    const address = { hostname: 'registry.terraform.io', namespace: 'globex', type: 'weather' };
    world.publicRegistry.tamper(address, '3.0.0', { kind: 'missing-package', platform: 'linux_amd64' });
    await exporting(target, CONFIG);
    await exporting(target, configOf(anvil('1.1.0')));
    const { manifest } = await readBase(target);
    expect(manifest.versions.map(({ version }) => version.text)).toEqual(['1.1.0']);
    expect(manifest.files.map(({ path }) => path).filter((path) => path.includes('1.0.0'))).toEqual([]);
  });

  it('that is stopped while it writes leaves nothing under the name, and goes on without a download', async () => {
    const folder = await temporaryFolder();
    const target = join(folder, 'bundle.tar');
    const stop = new AbortController();
    await expect(exporting(target, CONFIG, { stop })).rejects.toMatchObject({ code: 'Interrupted' });
    expect(await readdir(folder)).toEqual(['.bundle.tar.draft']);
    const downloads = world.publicRegistry.downloads.length;
    expect((await exporting(target, CONFIG)).bundle).not.toBeNull();
    expect(world.publicRegistry.downloads).toHaveLength(downloads);
    expect(await readdir(folder)).toEqual(['bundle.tar']);
  });

  it.each(['bundle', 'bundle.tar'])(
    'beside another one to the same %s leaves one whole bundle',
    async (name) => {
      const target = join(await temporaryFolder(), name);
      const both = await Promise.allSettled([exporting(target, CONFIG), exporting(target, CONFIG)]);
      const written = both.filter((each) => each.status === 'fulfilled' && each.value.bundle !== null);
      expect(written).toHaveLength(1);
      await using bundle = await openForImport(target, { verifyKey: undefined });
      expect(bundle.manifest.versions).toHaveLength(3);
    },
  );

  it('takes over what a process that died had locked', async () => {
    const folder = await temporaryFolder();
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(join(folder, '.bundle.draft.lock'), JSON.stringify({ host: hostname(), pid }));
    expect((await exporting(join(folder, 'bundle'), CONFIG)).bundle).not.toBeNull();
    expect(await readdir(folder)).toEqual(['bundle']);
  });

  it('never replaces anything', async () => {
    const target = join(await temporaryFolder(), 'bundle');
    await mkdir(target);
    await expect(exporting(target, CONFIG)).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(exporting(join(file, 'bundle'), CONFIG)).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
  });

  it('leaves other things out with another base than the draft was begun with', async () => {
    const folder = await temporaryFolder();
    const first = join(folder, 'first');
    await exporting(first, configOf(anvil('1.0.0')));
    const address = { hostname: 'registry.terraform.io', namespace: 'globex', type: 'weather' };
    world.publicRegistry.tamper(address, '3.0.0', { kind: 'missing-package', platform: 'linux_amd64' });
    const second = join(folder, 'second.tar');
    await exporting(second, CONFIG);
    world.publicRegistry.mend();
    await exporting(second, CONFIG, { since: join(first, 'manifest.json') });
    const { manifest } = await readBase(second);
    expect(manifest.versions.map(({ version }) => version.text)).toEqual(['1.1.0', '3.0.0']);
    await exporting(join(folder, 'third'), configOf(anvil('1.0.0', [WINDOWS])), { since: second });
    const { manifest: third } = await readBase(join(folder, 'third'));
    expect(third.before).toHaveLength(3);
    expect(third.versions).toHaveLength(1);
  });

  it('calls a release that was cut again since the base a conflict', async () => {
    const folder = await temporaryFolder();
    const first = join(folder, 'first');
    await exporting(first, configOf(anvil('1.0.0')));
    const forged = (await readFile(join(first, 'manifest.json'), 'utf8')).replaceAll(
      /"sha256": "[0-9a-f]{64}"/g,
      `"sha256": "${'a'.repeat(64)}"`,
    );
    await writeFile(join(folder, 'manifest.json'), forged);
    const { summary, bundle } = await exporting(join(folder, 'second'), configOf(anvil('1.0.0')), {
      since: join(folder, 'manifest.json'),
    });
    expect(summary.outcomes).toEqual({ conflict: 1 });
    expect(bundle).toBeNull();
  });

  it('is signed with the company’s key', async () => {
    const folder = await temporaryFolder();
    const key = generateKeyPairSync('ed25519');
    const [secret, open] = [join(folder, 'secret.pem'), join(folder, 'open.pem')];
    await writeFile(secret, key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(open, key.publicKey.export({ type: 'spki', format: 'pem' }));
    const target = join(folder, 'bundle.tar');
    expect((await exporting(target, CONFIG, { signKey: secret })).bundle).toMatchObject({ signed: true });
    await using bundle = await openForImport(target, { verifyKey: key.publicKey });
    expect(bundle.signatureVerified).toBe(true);
    await expect(exporting(join(folder, 'other'), CONFIG, { signKey: open })).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { contractReleases, deliver, viewOf } from '../../contract/destination-releases.ts';
import { ociClientView } from '../../support/oci/client-view.ts';
import { filledMirror, REPOSITORY } from '../../support/oci/filled-mirror.ts';
import { digestOf } from '../../support/oci/stand-in-registry.ts';

const releases = await contractReleases();
const { first } = releases;
type Held = ReturnType<Awaited<ReturnType<typeof filledMirror>>['held']>;

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** Another zip in a manifest of its own, as an attacker with the right to push would leave it. */
function plantPackage(held: Held, tag: string, os: string): void {
  const bytes = Buffer.from('another zip');
  held.blobs.set(digestOf(bytes), bytes);
  const entry = held.entryOf(tag, os);
  const layers = [{ mediaType: 'archive/zip', digest: digestOf(bytes), size: bytes.length }];
  const digest = held.put(MANIFEST, { ...held.documentOf(entry.digest), layers });
  const size = held.manifests.get(digest)?.bytes.length;
  held.changeIndex(tag, (index) => ({
    ...index,
    manifests: index.manifests.map((each) =>
      each === entry || each.digest === entry.digest ? { ...each, digest, size } : each,
    ),
  }));
}

const withoutEvidence = (held: Held) =>
  held.changeIndex('1.0.0', (index) => ({
    ...index,
    manifests: index.manifests.filter(({ platform }) => platform !== undefined),
  }));

describe('what is damaged or was tampered with is found and put right', () => {
  it.each<[string, (held: Held) => void, readonly string[]]>([
    [
      'a zip is gone',
      (held) => held.blobs.delete(`sha256:${first.files[0]?.sha256}`),
      [first.files[0]?.filename ?? ''],
    ],
    ['a manifest is gone', (held) => held.manifests.delete(held.entryOf('1.0.0', 'linux').digest), []],
    [
      'a manifest has other bytes than its digest says',
      (held) => {
        const { digest } = held.entryOf('1.0.0', 'linux');
        held.manifests.set(digest, { type: MANIFEST, bytes: Buffer.from('{}') });
      },
      [],
    ],
    [
      'a package is another than its own SHA256SUMS lists',
      (held) => plantPackage(held, '1.0.0', 'linux'),
      [],
    ],
    [
      'a platform is named twice',
      (held) =>
        held.changeIndex('1.0.0', (index) => ({
          ...index,
          manifests: [...index.manifests, held.entryOf('1.0.0', 'linux')],
        })),
      [],
    ],
    [
      'a size is wrong',
      (held) =>
        held.changeIndex('1.0.0', (index) => ({
          ...index,
          manifests: index.manifests.map((each) => ({ ...each, size: each.size + 1 })),
        })),
      [],
    ],
    [
      'a platform names an OS version, which hides it from clients',
      (held) =>
        held.changeIndex('1.0.0', (index) => ({
          ...index,
          manifests: index.manifests.map((each) =>
            each.platform ? { ...each, platform: { ...each.platform, 'os.version': '1' } } : each,
          ),
        })),
      [],
    ],
    ['nothing proves it', withoutEvidence, []],
    ['what proves it is gone', (held) => held.manifests.delete(held.entryOf('1.0.0', 'evidence').digest), []],
    ...[0, 1, 2].map((layer): [string, (held: Held) => void, readonly string[]] => [
      `the ${layer + 1}. document of its proof is gone`,
      (held) =>
        held.blobs.delete(held.layersOf(held.entryOf('1.0.0', 'evidence').digest)[layer]?.digest ?? ''),
      [],
    ]),
    [
      'SHA256SUMS has other bytes than its digest says',
      (held) => {
        const digest = held.layersOf(held.entryOf('1.0.0', 'evidence').digest)[0]?.digest ?? '';
        held.blobs.set(digest, Buffer.from('0'.repeat(64)));
      },
      [],
    ],
  ])('%s', async (_, spoil, missing) => {
    await using world = await filledMirror([first]);
    spoil(world.held());
    const plan = await world.mirror.inspect(first);
    expect(plan).toMatchObject({ outcome: 'complete', missing, differences: [] });
    // A registry does not take the place of bytes that it believes to hold already.
    for (const [digest, { bytes }] of world.held().manifests)
      if (digestOf(bytes) !== digest) world.held().manifests.delete(digest);
    for (const [digest, bytes] of world.held().blobs)
      if (digestOf(bytes) !== digest) world.held().blobs.delete(digest);
    expect(await deliver(world.mirror, first)).toBe('complete');
    expect((await world.mirror.inspect(first)).outcome).toBe('up-to-date');
    expect(await ociClientView(world.registry.server.url, REPOSITORY)).toEqual(viewOf(first));
  });

  it('and says what it was', async () => {
    await using world = await filledMirror([first]);
    plantPackage(world.held(), '1.0.0', 'linux');
    world.held().manifests.delete(world.held().entryOf('1.0.0', 'darwin').digest);
    expect((await world.mirror.inspect(first)).remarks).toEqual([
      'The package linux_amd64 in the OCI mirror is not the one that its own SHA256SUMS lists.',
      'The package darwin_arm64 in the OCI mirror cannot be installed: its manifest is missing.',
    ]);
  });
});

describe('what differs is a conflict', () => {
  it.each<[string, (held: Held) => void, string]>([
    [
      'another package that nothing disproves',
      (held) => {
        withoutEvidence(held);
        plantPackage(held, '1.0.0', 'linux');
      },
      'shasum',
    ],
    [
      'an image under the tag',
      (held) =>
        held.tags.set('1.0.0', held.put(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, layers: [] })),
      'index',
    ],
    [
      'an index of something else',
      (held) => held.changeIndex('1.0.0', (index) => ({ ...index, artifactType: 'application/x' })),
      'index',
    ],
    [
      "another release's index under the tag",
      (held) => held.tags.set('1.0.0', held.tags.get('1.1.0') ?? ''),
      'shasums-file',
    ],
  ])('%s', async (_, spoil, what) => {
    await using world = await filledMirror([first, releases.second]);
    spoil(world.held());
    const before = world.held().tags.get('1.0.0');
    const plan = await world.mirror.inspect(first);
    expect(plan).toMatchObject({ outcome: 'conflict', steps: [] });
    expect(plan.differences[0]?.what).toBe(what);
    expect(world.held().tags.get('1.0.0')).toBe(before);
  });

  it('also when it appears while the packages are on their way', async () => {
    await using world = await filledMirror([]);
    const plan = await world.mirror.inspect(first);
    const delivery = await world.mirror.begin(first, plan, {});
    for (const file of first.files) {
      const opened = await file.source.open();
      await delivery.sinkFor(file).send(opened.body, opened.size);
    }
    await deliver(world.mirror, releases.recut);
    await expect(delivery.commit()).rejects.toMatchObject({ code: 'VersionConflict' });
    expect(await ociClientView(world.registry.server.url, REPOSITORY)).toEqual(viewOf(releases.recut));
  });
});

describe('the bytes of an index', () => {
  it('are the same whatever came first, and are put once', async () => {
    await using whole = await filledMirror([first]);
    await using parts = await filledMirror([releases.darwinOnly, releases.linuxOnly]);
    expect(parts.held().tags.get('1.0.0')).toBe(whole.held().tags.get('1.0.0'));
    const puts = whole.registry.requests.filter(({ method }) => method === 'PUT').length;
    expect(await deliver(whole.mirror, first)).toBe('up-to-date');
    expect(whole.registry.requests.filter(({ method }) => method === 'PUT')).toHaveLength(puts);
  });

  it('keep what others put beside the packages, and leave out what is gone', async () => {
    await using world = await filledMirror([first]);
    const held = world.held();
    const note = held.put(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.acme.note',
    });
    const foreign = {
      mediaType: MANIFEST,
      digest: note,
      size: held.manifests.get(note)?.bytes.length,
      artifactType: 'application/vnd.acme.note',
      annotations: { 'com.example.why': 'kept' },
    };
    held.changeIndex('1.0.0', (index) => ({ ...index, manifests: [...index.manifests, foreign] }));
    held.manifests.delete(held.entryOf('1.0.0', 'darwin').digest);
    await deliver(world.mirror, releases.linuxOnly);
    expect(world.held().indexOf('1.0.0').manifests).toContainEqual(foreign);
    const windows = releases.wider.files.filter(({ platform }) => platform.os === 'windows');
    await deliver(world.mirror, { ...releases.wider, files: windows });
    const { manifests } = world.held().indexOf('1.0.0');
    expect(manifests).toContainEqual(foreign);
    expect(manifests.flatMap(({ platform }) => platform?.['os'] ?? [])).toEqual(['linux', 'windows']);
  });
});

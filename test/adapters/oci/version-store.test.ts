import { describe, expect, it } from 'vitest';
import { contractReleases } from '../../contract/destination-releases.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { filledMirror } from '../../support/oci/filled-mirror.ts';
import { mirrorAt } from '../../support/oci/mirror-subject.ts';
import { scriptedServer } from '../../support/scripted-server.ts';

const { first, second } = await contractReleases();
const ANVIL = {
  name: 'registry.terraform.io/acme/anvil',
  type: 'anvil',
  address: { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' },
  own: true,
};

describe('listing', () => {
  it('goes through every page', async () => {
    await using world = await filledMirror([first, second], { pageSize: 1 });
    expect(await world.mirror.listProviders()).toEqual([ANVIL]);
    expect((await world.mirror.listVersions(ANVIL)).map(({ text }) => text)).toEqual(['1.0.0', '1.1.0']);
  });

  it('shows tags that are exact versions alone', async () => {
    await using world = await filledMirror([first]);
    const { tags } = world.held();
    for (const tag of ['latest', '1.0', 'v1.0.0', '2.0.0_b.1']) tags.set(tag, tags.get('1.0.0') ?? '');
    expect((await world.mirror.listVersions(ANVIL)).map(({ text }) => text)).toEqual(['1.0.0', '2.0.0+b.1']);
  });

  it('calls a version without proof incomplete', async () => {
    await using world = await filledMirror([first]);
    world.held().changeIndex('1.0.0', (index) => ({
      ...index,
      manifests: index.manifests.filter(({ platform }) => platform !== undefined),
    }));
    expect(await world.mirror.listVersions(ANVIL)).toEqual([
      expect.objectContaining({ shasumsUploaded: false, shasumsSignatureUploaded: false, platformCount: 2 }),
    ]);
  });

  it('leaves repositories of other things out', async () => {
    await using world = await filledMirror([first]);
    const other = { blobs: new Map(), manifests: world.held().manifests, tags: new Map() };
    world.registry.repositories.set('images/nginx', other);
    world.registry.repositories.set('tofu/registry.terraform.io/acme/anvil/more', other);
    expect(await world.mirror.listProviders()).toEqual([ANVIL]);
  });

  it("knows the config's providers where a registry lists no repositories", async () => {
    const absent = { ...ANVIL.address, type: 'absent' };
    const options = { knownProviders: [ANVIL.address, absent] };
    await using world = await filledMirror([first], { catalog: false }, options);
    expect(await world.mirror.listProviders()).toEqual([ANVIL]);
  });

  it('says that nothing can be known where it lists none and the config names none', async () => {
    await using world = await filledMirror([first], { catalog: false });
    await expect(world.mirror.listProviders()).rejects.toMatchObject({ code: 'ListingIncomplete' });
  });

  it.each([
    ['on another host', 'https://elsewhere.example.com/v2/_catalog?last=x', 'another host'],
    ['outside of the API', '/other?last=x', 'another host'],
    ['the same again', '/v2/_catalog?n=1000', 'do not end'],
  ])('does not follow a next page that is %s', async (_, next, words) => {
    await using registry = await scriptedServer(() => ({
      json: { repositories: [] },
      headers: { link: `<${next}>; rel="next"` },
    }));
    await using http = testHttpClient('destination');
    await expect(mirrorAt(new URL(registry.url).host, http).listProviders()).rejects.toMatchObject({
      code: 'ListingIncomplete',
      message: expect.stringContaining(words),
    });
  });
});

describe('deletion', () => {
  it.each(['all', 'digests'] as const)('takes away all that was the version alone (%s)', async (deletes) => {
    await using world = await filledMirror([first, second], { deletes });
    const kept = new Set([
      world.held().tags.get('1.1.0'),
      ...world
        .held()
        .indexOf('1.1.0')
        .manifests.map(({ digest }) => digest),
    ]);
    expect(await world.mirror.deleteVersion(ANVIL, '1.0.0')).toBe('deleted');
    expect(new Set(world.held().manifests.keys())).toEqual(kept);
    expect([...world.held().tags.keys()].filter((tag) => tag.includes('1.0.0'))).toEqual([]);
  });

  it('leaves what another tag names', async () => {
    await using world = await filledMirror([first]);
    const { tags, manifests } = world.held();
    tags.set('stable', tags.get('1.0.0') ?? '');
    const before = manifests.size;
    expect(await world.mirror.deleteVersion(ANVIL, '1.0.0')).toBe('deleted');
    expect(tags.has('1.0.0')).toBe(false);
    expect(world.held().manifests.size).toBe(before);
    expect(world.held().indexOf('stable').manifests).toHaveLength(3);
  });

  it.each([
    ['nothing may be deleted', 'none' as const, (): void => {}, 'allows no deletion'],
    [
      'only digests may be, and another tag names the same one',
      'digests' as const,
      (tags: Map<string, string>): void => void tags.set('stable', tags.get('1.0.0') ?? ''),
      'another tag',
    ],
  ])('is refused, and changes nothing, where %s', async (_, deletes, prepare, words) => {
    await using world = await filledMirror([first], { deletes });
    prepare(world.held().tags);
    const before = [...world.held().manifests.keys()];
    await expect(world.mirror.deleteVersion(ANVIL, '1.0.0')).rejects.toMatchObject({
      code: 'DestinationRejected',
      message: expect.stringContaining(words),
    });
    expect([...world.held().manifests.keys()]).toEqual(before);
    expect(world.held().tags.has('1.0.0')).toBe(true);
  });

  it('leaves alone what is no provider', async () => {
    await using world = await filledMirror([first]);
    const type = 'application/vnd.oci.image.manifest.v1+json';
    world.held().tags.set('9.9.9', world.held().put(type, { schemaVersion: 2, mediaType: type, layers: [] }));
    await expect(world.mirror.deleteVersion(ANVIL, '9.9.9')).rejects.toMatchObject({
      code: 'DestinationRejected',
    });
    expect(world.held().tags.has('9.9.9')).toBe(true);
  });

  it('is "gone" for a version or provider that is not there', async () => {
    await using world = await filledMirror([first]);
    expect(await world.mirror.deleteVersion(ANVIL, '7.0.0')).toBe('gone');
    expect(await world.mirror.deleteVersion(ANVIL, 'latest')).toBe('gone');
    const absent = { ...ANVIL, address: { ...ANVIL.address, type: 'absent' } };
    expect(await world.mirror.deleteVersion(absent, '1.0.0')).toBe('gone');
    expect(world.held().tags.get('1.0.0')).toBeDefined();
  });
});

import { describe, expect, it } from 'vitest';
import { createVersionStore } from '../../../src/adapters/tfe/version-store.ts';
import { describeCleanupFailure } from '../../../src/application/cleanup/results.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { VersionStore } from '../../../src/ports/version-store.ts';
import { exactly } from '../../domain/retention/listings.ts';
import { createFakePrivateRegistry } from '../../fakes/private-registry.ts';
import { createFakeVersionStore } from '../../fakes/version-store.ts';
import { AWS, cleanupWorld, configFor, entry, seed } from './world.ts';

const NAME = 'registry.terraform.io/hashicorp/aws';
const FORK = 'registry.terraform.io/acme/aws';

/** A mirror that holds whole versions: "registry.terraform.io/hashicorp/aws 1.0.0". */
function mirrorOf(name: string, held: Readonly<Record<string, readonly string[]>>) {
  const ids = Object.entries(held).flatMap(([address, texts]) => texts.map((text) => `${address} ${text}`));
  const files = () => new Map(ids.map((id) => [id, new Map([['linux_amd64', new Uint8Array(1)]])]));
  const state = { accepted: files(), visible: files() };
  const store = createFakeVersionStore({ name, state: state as never });
  const left = (address: string) =>
    [...state.visible.keys()].flatMap((id) => (id.startsWith(`${address} `) ? [id.split(' ')[1]] : []));
  return { store, left };
}

/** The private registry "hcp" and the mirrors that are given, named by the config. */
function worldOf(...stores: readonly VersionStore[]) {
  const world = cleanupWorld();
  world.ports.destinations = [createVersionStore(world.registry, 'hcp'), ...stores];
  world.ports.destinationsNamed = true;
  seed(world.registry, 'aws', AWS);
  return world;
}

describe('a cleanup of several destinations', () => {
  it('goes by the same rules at each, and tells which', async () => {
    const mirror = mirrorOf('mirror', { [NAME]: AWS, [FORK]: AWS });
    const { reporter, present, clean } = worldOf(mirror.store);
    const result = await clean({ keep: 1 }, { config: configFor('aws') });
    expect(result).toMatchObject({ ok: true, providersChecked: 2, versionsDeleted: 8 });
    expect(result.providers.map(({ provider, destination }) => [destination, provider])).toEqual([
      ['hcp', 'aws'],
      ['mirror', NAME],
    ]);
    expect(result.destinations).toEqual([
      { name: 'hcp', kind: 'private-registry' },
      { name: 'mirror', kind: 'network-mirror' },
    ]);
    expect(present('aws')).toEqual(['3.0.0']);
    expect(mirror.left(NAME)).toEqual(['3.0.0']);
    // Another provider of that type: the config names the whole address.
    expect(mirror.left(FORK)).toEqual(AWS);
    expect(new Set(reporter.of('VersionDeleted').map(({ destination }) => destination))).toEqual(
      new Set(['hcp', 'mirror']),
    );
  });

  it('leaves a destination alone that no entry goes to', async () => {
    const mirror = mirrorOf('mirror', { [NAME]: AWS });
    const { present, clean } = worldOf(mirror.store);
    const config = configFor(entry('aws', { destinations: ['mirror'] }));
    await clean({ keep: 1 }, { config });
    expect(present('aws')).toEqual(AWS);
    expect(mirror.left(NAME)).toEqual(['3.0.0']);
  });

  it('heeds at each destination the entries that go there', async () => {
    const mirror = mirrorOf('mirror', { [NAME]: AWS });
    const { present, clean } = worldOf(mirror.store);
    const config = configFor(
      entry('aws', { requested: exactly('1.0.0'), destinations: ['hcp'] }),
      entry('aws', { requested: exactly('1.1.0'), destinations: ['mirror'] }),
    );
    await clean({ keep: 1 }, { config });
    expect(present('aws')).toEqual(['1.0.0', '3.0.0']);
    expect(mirror.left(NAME)).toEqual(['1.1.0', '3.0.0']);
  });

  it('goes on at the others when one cannot be listed, and fails at the end', async () => {
    const dead = mirrorOf('dead', {}).store;
    const broken: VersionStore = {
      ...dead,
      listProviders: async () => {
        throw new SyncError('DestinationUnavailable', 'No answer.');
      },
    };
    const { present, clean } = worldOf(broken);
    const result = await clean({ keep: 1 });
    expect(result).toMatchObject({ ok: false, versionsDeleted: 4 });
    expect(result.destinations?.[1]).toMatchObject({
      name: 'dead',
      error: { code: 'DestinationUnavailable', message: 'No answer.' },
    });
    expect(describeCleanupFailure(result)).toContain('dead: No answer.');
    expect(present('aws')).toEqual(['3.0.0']);
    // It may be there: nobody could look.
    expect(await clean({}, { provider: 'google' })).toMatchObject({ ok: false, providers: [] });
  });

  it('takes an empty mirror for the truth, and an empty private registry for an error', async () => {
    const mirror = mirrorOf('mirror', {});
    const world = worldOf(mirror.store);
    expect(await world.clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 4 });
    world.registry.state.providers.clear();
    expect(await world.clean({ keep: 1 })).toMatchObject({
      ok: false,
      destinations: [{ name: 'hcp', error: { code: 'ListingIncomplete' } }, { name: 'mirror' }],
    });
  });

  it('brakes over all of them, before the first deletion', async () => {
    const mirror = mirrorOf('mirror', { [NAME]: AWS });
    const { registry, clean } = worldOf(mirror.store);
    const cleaning = clean(
      { keep: 1, brake: { maxShare: 1, maxCount: 7 } },
      { brakeOptions: { maxShare: '--max-share', maxCount: '--max-count' } },
    );
    await expect(cleaning).rejects.toMatchObject({
      code: 'RetentionBrakeApplied',
      message: expect.stringMatching(/8 versions in all .* give --max-count 8\.$/),
    });
    await expect(clean({ keep: 1, brake: { maxShare: 0.5, maxCount: 100 } })).rejects.toMatchObject({
      message: expect.stringContaining(`4 of 5 versions of aws at hcp, 4 of 5 versions of ${NAME} at mirror`),
    });
    expect(registry.changes).toEqual([]);
    expect(mirror.left(NAME)).toEqual(AWS);
  });

  it('finds one provider at all of them, by its type or its address', async () => {
    const mirror = mirrorOf('mirror', { [NAME]: AWS });
    const { clean } = worldOf(mirror.store);
    const providers = async (provider: string) =>
      (await clean({ keep: 10 }, { provider })).providers.map(({ destination }) => destination);
    expect(await providers('aws')).toEqual(['hcp', 'mirror']);
    expect(await providers(NAME)).toEqual(['mirror']);
    await expect(providers('google')).rejects.toMatchObject({
      code: 'ProviderNotFound',
      message: expect.stringContaining(
        'no provider "google" in the organization "example", the mirror mirror',
      ),
    });
  });

  it('deletes side by side, so that none waits for another', async () => {
    const mirror = mirrorOf('mirror', { [NAME]: AWS });
    const other = createFakePrivateRegistry();
    seed(other, 'aws', AWS);
    const deletedAtMirror = Promise.withResolvers<void>();
    const waiting: VersionStore = {
      ...createVersionStore(other, 'waiting'),
      deleteVersion: async () => {
        await deletedAtMirror.promise;
        return 'deleted';
      },
    };
    const watched: VersionStore = {
      ...mirror.store,
      deleteVersion: async (provider, text) => {
        const outcome = await mirror.store.deleteVersion(provider, text);
        deletedAtMirror.resolve();
        return outcome;
      },
    };
    const { clean } = worldOf(waiting, watched);
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 12 });
  });
});

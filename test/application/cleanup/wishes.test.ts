import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCleanupFailure } from '../../../src/application/cleanup/results.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { formatAddress } from '../../../src/domain/provider/address.ts';
import { resolveVersion } from '../../../src/domain/provider/resolve.ts';
import { compareVersions } from '../../../src/domain/provider/version.ts';
import { constraint, exactly, LATEST, readableText, within } from '../../domain/retention/listings.ts';
import { versionOf } from '../../support/sync-world.ts';
import { AWS, available, cleanupWorld, configFor, entry, NO_MATCH, packageOf, seed } from './world.ts';

/** A world whose public registry lists versions by provider type, or throws; it remembers who was asked for. */
function worldWith(upstream: Readonly<Record<string, readonly string[] | SyncError>>) {
  const world = cleanupWorld();
  const asked: string[] = [];
  world.ports.publicRegistry = {
    listVersions: async (address) => {
      asked.push(formatAddress(address));
      const answer = upstream[address.type];
      if (answer instanceof Error) throw answer;
      if (answer === undefined) throw new SyncError('ProviderNotFound', 'There is no such provider.');
      return available(answer);
    },
    readPackage: async () => packageOf(),
  };
  return { ...world, asked };
}

describe('what the config asks for upstream', () => {
  it('stays when upstream has withdrawn what is newer', async () => {
    const { registry, present, clean } = worldWith({ aws: ['1.0.0', '1.1.0'] });
    seed(registry, 'aws', AWS);
    const result = await clean({ keep: 1 });
    expect(present('aws')).toEqual(['1.1.0', '3.0.0']);
    expect(result.providers[0]?.kept).toEqual([
      { version: '3.0.0', reason: 'requested', detail: 'the config asks for it (latest)' },
      {
        version: '1.1.0',
        reason: 'requested',
        detail: 'the config asks for it (latest: 1.1.0 in the public registry)',
      },
    ]);
  });

  it('is asked for once a provider, and resolves every request of its entries', async () => {
    const { registry, present, clean, asked } = worldWith({ aws: ['1.0.0', '1.1.0', '2.0.0'] });
    seed(registry, 'aws', ['1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.1.0', '2.2.0', '3.0.0']);
    const config = configFor(
      entry('aws', { requested: within('~> 1.0') }),
      entry('aws', { requested: exactly('2.1.0') }),
      entry('aws', { requested: LATEST }),
    );
    await clean({ keep: 1 }, { config });
    expect(asked).toEqual(['registry.terraform.io/hashicorp/aws']);
    expect(present('aws')).toEqual(['1.1.0', '1.2.0', '2.0.0', '2.1.0', '3.0.0']);
  });

  it('needs no request where the config names exact versions, or nothing', async () => {
    const unavailable = new SyncError('UpstreamUnavailable', 'No answer.');
    const { registry, clean, asked } = worldWith({ aws: unavailable, inhouse: unavailable });
    seed(registry, 'aws', AWS);
    seed(registry, 'inhouse', AWS);
    const config = configFor(entry('aws', { requested: exactly('1.0.0'), retain: [constraint('< 1')] }));
    expect(await clean({ keep: 1, scope: 'all' }, { config })).toMatchObject({
      ok: true,
      providersChecked: 2,
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['lists none that matches', { aws: ['4.0.0-rc1'] }],
    ['lists one that is not here', { aws: ['4.0.0'] }],
  ])('changes nothing when the public registry %s', async (_, upstream) => {
    const { registry, present, clean, asked } = worldWith(upstream);
    seed(registry, 'aws', AWS);
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 4 });
    expect(present('aws')).toEqual(['3.0.0']);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['does not know', {}, 'ProviderNotFound', 'does not know it'],
    ['lists no version of', { aws: [] }, 'UpstreamResponseInvalid', 'lists no version of it'],
  ])('is no licence to delete what a public registry %s any more', async (_, upstream, code, words) => {
    const { registry, present, clean } = worldWith({ ...upstream, null: NO_MATCH });
    seed(registry, 'aws', AWS);
    seed(registry, 'null', AWS);
    const result = await clean({ keep: 1 });
    expect(result).toMatchObject({ ok: false, providersChecked: 1, versionsDeleted: 4 });
    expect(result.providers[0]?.error).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(present('aws')).toEqual(AWS);
    expect(present('null')).toEqual(['3.0.0']);
  });

  it.each(['UpstreamUnavailable', 'UpstreamResponseInvalid'] as const)(
    'fails the provider with %s when it cannot be found out; the others go on',
    async (code) => {
      const { registry, present, clean } = worldWith({
        aws: new SyncError(code, 'No good answer.'),
        null: NO_MATCH,
      });
      seed(registry, 'aws', AWS);
      seed(registry, 'null', AWS);
      const result = await clean({ keep: 1 });
      expect(result).toMatchObject({ ok: false, providersChecked: 1, versionsDeleted: 4 });
      expect(result.providers[0]?.error).toEqual({ code, origin: 'upstream', message: 'No good answer.' });
      expect(present('aws')).toEqual(AWS);
      expect(present('null')).toEqual(['3.0.0']);
      expect(describeCleanupFailure(result)).toBe(
        'Cleanup deleted 4 versions and did not finish. aws: No good answer.',
      );
    },
  );

  it('is no failure of the provider when the run is stopped meanwhile', async () => {
    const { registry, clean, ports } = worldWith({});
    seed(registry, 'aws', AWS);
    const abort = new AbortController();
    const reason = new SyncError('DeadlineNear', 'The time is nearly up.');
    ports.publicRegistry = {
      ...ports.publicRegistry,
      listVersions: async () => {
        abort.abort(reason);
        throw new SyncError('UpstreamUnavailable', 'The request was broken off.');
      },
    };
    await expect(clean({ keep: 1 }, { signal: abort.signal })).rejects.toBe(reason);
    expect(registry.changes).toEqual([]);
  });

  it('is never deleted, so that no sync publishes it again', async () => {
    const lists = fc
      .uniqueArray(readableText, { minLength: 1, maxLength: 12 })
      .chain((present) =>
        fc.tuple(fc.constant(present), fc.subarray(present), fc.array(readableText, { maxLength: 3 })),
      );
    const requests = fc.constantFrom(LATEST, within('~> 1.0'), within('>= 1, < 3'), within('!= 3.0.0'));
    const keep = fc.integer({ min: 1, max: 3 });
    const law = async ([present, left, added]: string[][], requested: typeof LATEST, keep: number) => {
      const upstream = [...(left ?? []), ...(added ?? []), ...NO_MATCH];
      const { registry, clean } = worldWith({ aws: upstream });
      seed(registry, 'aws', present ?? []);
      const result = await clean({ keep }, { config: configFor(entry('aws', { requested })) });
      const published = resolveVersion(requested, available(upstream));
      const deleted = result.providers[0]?.deleted.map(({ version }) => versionOf(version)) ?? [];
      const again = deleted.filter(
        (version) => published && compareVersions(version, published.version) === 0,
      );
      expect(again).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(lists, requests, keep, law), { numRuns: 100 });
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCleanupFailure } from '../../../src/application/cleanup/results.ts';
import { constraint, exactly } from '../../domain/retention/listings.ts';
import { AWS, cleanupWorld, configFor, entry, seed } from './world.ts';

describe('a cleanup', () => {
  it('deletes what the policy does not keep, and tells what and why', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    seed(registry, 'null', ['1.0.0', '2.0.0']);
    const result = await clean({ keep: 2 });
    expect(present('aws')).toEqual(['2.0.0', '3.0.0']);
    expect(present('null')).toEqual(['1.0.0', '2.0.0']);
    expect(result).toMatchObject({
      ok: true,
      dryRun: false,
      providersChecked: 2,
      versionsDeleted: 3,
      versionsToDelete: 0,
    });
    expect(result.providers).toEqual([
      {
        provider: 'aws',
        kept: [
          { version: '3.0.0', reason: 'requested', detail: 'the config asks for it (latest)' },
          { version: '2.0.0', reason: 'among-newest-stable', detail: 'one of the 2 newest stable versions' },
        ],
        toDelete: [],
        deleted: [
          {
            version: '1.0.0',
            reason: 'beyond-newest-stable',
            detail: 'older than the 2 newest stable versions',
            outcome: 'deleted',
          },
          {
            version: '1.1.0',
            reason: 'beyond-newest-stable',
            detail: 'older than the 2 newest stable versions',
            outcome: 'deleted',
          },
          {
            version: '2.1.0-beta1',
            reason: 'superseded-prerelease',
            detail: 'a prerelease older than the newest stable version 3.0.0',
            outcome: 'deleted',
          },
        ],
        failed: [],
      },
      expect.objectContaining({ provider: 'null', deleted: [], failed: [] }),
    ]);
    expect(describeCleanupFailure(result)).toBeUndefined();
  });

  it('deletes the oldest version first and reports each deletion', async () => {
    const { registry, reporter, clean } = cleanupWorld();
    seed(registry, 'aws', ['1.10.0', '3.0.0', '1.9.0', '2.0.0']);
    await clean({ keep: 1 });
    expect(registry.changes.map(({ subject }) => subject)).toEqual(['aws 1.9.0', 'aws 1.10.0', 'aws 2.0.0']);
    expect(reporter.of('VersionDeleted')).toEqual(
      ['1.9.0', '1.10.0', '2.0.0'].map((version) => ({
        kind: 'VersionDeleted',
        destination: 'private-registry',
        provider: 'aws',
        version,
        reason: 'older than the newest stable version',
      })),
    );
  });

  it('finds nothing to do the second time', async () => {
    const { registry, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    await clean({ keep: 1 });
    const changes = registry.changes.length;
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 0, providersChecked: 1 });
    expect(registry.changes).toHaveLength(changes);
  });

  it('heeds every entry of the config for a provider, and its retain list', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', ['1.0.0', '1.1.0', '2.0.0', '2.1.0', '3.0.0']);
    const config = configFor(
      entry('aws', { requested: exactly('1.0.0') }),
      entry('aws', { requested: exactly('2.1.0'), retain: [constraint('= 1.1.0')] }),
      entry('null', { requested: exactly('2.0.0'), retain: [constraint('>= 0')] }),
    );
    await clean({ keep: 1 }, { config });
    expect(present('aws')).toEqual(['1.0.0', '1.1.0', '2.1.0', '3.0.0']);
  });

  it('tells the age of versions by the clock', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    await clean({ keep: 1, minimumAgeDays: 101 });
    expect(present('aws')).toEqual(AWS);
    await clean({ keep: 1, minimumAgeDays: 100 });
    expect(present('aws')).toEqual(['3.0.0']);
  });

  it('counts a version that is no longer there as gone', async () => {
    const { registry, reporter, override, clean } = cleanupWorld();
    seed(registry, 'aws', ['1.0.0', '2.0.0', '3.0.0']);
    override({
      listVersions: async (type: string) => {
        const versions = await registry.listVersions(type);
        registry.state.providers.get(type)?.delete('1.0.0');
        return versions;
      },
    });
    const result = await clean({ keep: 1 });
    expect(result).toMatchObject({ ok: true, versionsDeleted: 1 });
    expect(result.providers[0]?.deleted).toMatchObject([
      { version: '1.0.0', outcome: 'gone' },
      { version: '2.0.0', outcome: 'deleted' },
    ]);
    expect(reporter.of('VersionDeleted').map(({ version }) => version)).toEqual(['2.0.0']);
  });

  it('deletes an incomplete version only when it is old enough and that is asked for', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', ['1.0.0', '1.1.0', '2.0.0']);
    const incomplete = registry.state.providers.get('aws')?.get('1.1.0');
    if (incomplete) incomplete.signature = undefined;
    await clean({ keep: 2 });
    expect(present('aws')).toEqual(['1.0.0', '1.1.0', '2.0.0']);
    await clean({ keep: 2, incompleteOlderThanDays: 100 });
    expect(present('aws')).toEqual(['1.0.0', '1.1.0', '2.0.0']);
    await clean({ keep: 2, incompleteOlderThanDays: 99 });
    expect(present('aws')).toEqual(['1.0.0', '2.0.0']);
  });
});

describe('the scope of a cleanup', () => {
  it('is what the config names: in-house providers and public entries are left alone', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    seed(registry, 'inhouse', AWS);
    registry.state.publicProviders.push({ namespace: 'hashicorp', name: 'null' });
    const result = await clean({ keep: 1 });
    expect(result.providers.map(({ provider }) => provider)).toEqual(['aws']);
    expect(present('inhouse')).toEqual(AWS);
  });

  it('is every private provider when that is asked for', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    seed(registry, 'inhouse', AWS);
    registry.state.publicProviders.push({ namespace: 'hashicorp', name: 'null' });
    const result = await clean({ keep: 1, scope: 'all' });
    expect(result.providers.map(({ provider }) => provider)).toEqual(['aws', 'inhouse']);
    expect(present('inhouse')).toEqual(['3.0.0']);
  });

  it('can be one provider', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    seed(registry, 'null', AWS);
    const result = await clean({ keep: 1 }, { provider: 'null' });
    expect(result.providers.map(({ provider }) => provider)).toEqual(['null']);
    expect(present('aws')).toEqual(AWS);
  });

  it('refuses a provider that is not in it', async () => {
    const { registry, clean } = cleanupWorld();
    seed(registry, 'inhouse', AWS);
    await expect(clean({}, { provider: 'inhouse' })).rejects.toMatchObject({ code: 'ProviderNotFound' });
    expect(registry.changes).toEqual([]);
  });

  it('protects every provider outside it, whatever is listed', async () => {
    const names = ['aws', 'null', 'inhouse', 'google'];
    const law = async (present: string[], named: string[], keep: number) => {
      const { registry, clean } = cleanupWorld();
      for (const name of present) seed(registry, name, AWS);
      await clean({ keep }, { config: configFor(...named) });
      const touched = registry.changes.map(({ subject }) => subject.split(' ')[0] ?? '');
      expect(named).toEqual(expect.arrayContaining([...new Set(touched)]));
    };
    const some = fc.subarray(names, { minLength: 1 });
    await fc.assert(fc.asyncProperty(some, fc.subarray(names), fc.integer({ min: 1, max: 4 }), law), {
      numRuns: 50,
    });
  });
});

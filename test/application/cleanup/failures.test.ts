import { describe, expect, it } from 'vitest';
import { planCleanup } from '../../../src/application/cleanup/plan.ts';
import { describeCleanupFailure } from '../../../src/application/cleanup/results.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { DEFAULT_RETENTION_POLICY } from '../../../src/domain/retention/policy.ts';
import { listed } from '../../domain/retention/listings.ts';
import { AWS, cleanupWorld, configFor, OPEN_BRAKE, seed } from './world.ts';

describe('a listing that cannot be trusted', () => {
  it('of no provider at all is an error', async () => {
    const { clean } = cleanupWorld();
    await expect(clean({})).rejects.toMatchObject({
      code: 'ListingIncomplete',
      message: expect.stringContaining('the organization "example" lists no provider'),
    });
  });

  it('of no version is a remark on that provider, and no reason for every later run to fail', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', []);
    seed(registry, 'null', AWS);
    const result = await clean({ keep: 1 });
    expect(result).toMatchObject({ ok: true, providersChecked: 2, versionsDeleted: 4 });
    expect(result.providers[0]).toEqual({
      provider: 'aws',
      kept: [],
      toDelete: [],
      deleted: [],
      failed: [],
      remark: expect.stringContaining('lists no version'),
    });
    expect(present('null')).toEqual(['3.0.0']);
    expect(describeCleanupFailure(result)).toBeUndefined();
  });

  it('that names a version twice is an error of that provider', async () => {
    const { registry, override, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    override({ listVersions: async () => [listed('1.0.0'), listed('2.0.0'), listed('1.0.0')] });
    const result = await clean({ keep: 1 });
    expect(result.providers[0]?.error).toMatchObject({
      code: 'ListingIncomplete',
      message: expect.stringContaining('"1.0.0" twice'),
    });
    expect(registry.changes).toEqual([]);
  });

  it('that could not be read stops nothing at the other providers', async () => {
    const { registry, present, override, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    seed(registry, 'null', AWS);
    override({
      listVersions: async (type: string) => {
        if (type === 'aws') throw new SyncError('ListingIncomplete', 'Page 2 of 3 is missing.');
        return registry.listVersions(type);
      },
    });
    const result = await clean({ keep: 1 });
    expect(result.ok).toBe(false);
    expect(result.providers[0]?.error?.message).toBe('Page 2 of 3 is missing.');
    expect(present('aws')).toEqual(AWS);
    expect(present('null')).toEqual(['3.0.0']);
  });

  it('of providers stops the run', async () => {
    const { registry, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    registry.refuseAllWith(new SyncError('TokenRejected', 'The token was refused.'));
    await expect(clean({})).rejects.toMatchObject({ code: 'TokenRejected' });
  });
});

describe('a plan', () => {
  it('reads providers side by side, five at a time, and keeps their order', async () => {
    const { registry, override, ports } = cleanupWorld();
    const names = Array.from({ length: 12 }, (_, index) => `p${String(index).padStart(2, '0')}`);
    for (const name of names) seed(registry, name, ['1.0.0', '2.0.0']);
    let [reading, most] = [0, 0];
    override({
      listVersions: async (type: string) => {
        most = Math.max(most, ++reading);
        await new Promise(setImmediate);
        reading -= 1;
        return registry.listVersions(type);
      },
    });
    const policy = { ...DEFAULT_RETENTION_POLICY, brake: OPEN_BRAKE };
    const plan = await planCleanup(ports, { config: configFor(...names), policy });
    expect(plan.providers.map(({ provider }) => provider.name)).toEqual(names);
    expect(most).toBe(5);
  });

  it('leaves a deadline whole providers cleaned', async () => {
    const { registry, present, override, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    seed(registry, 'null', AWS);
    const abort = new AbortController();
    override({
      deleteVersion: async (type, text) => {
        if (type === 'null') abort.abort(new SyncError('DeadlineNear', 'The time is nearly up.'));
        return registry.deleteVersion(type, text);
      },
    });
    const result = await clean({ keep: 1 }, { signal: abort.signal });
    expect(result).toMatchObject({ stopped: true, ok: false });
    expect(present('aws')).toEqual(['3.0.0']);
    expect(present('null')).toHaveLength(4);
  });
});

describe('a deletion that fails', () => {
  it('stops neither the other versions nor the other providers, and fails the run', async () => {
    const { registry, reporter, present, override, clean } = cleanupWorld();
    seed(registry, 'aws', ['1.0.0', '2.0.0', '3.0.0']);
    seed(registry, 'null', ['1.0.0', '2.0.0']);
    override({
      deleteVersion: async (type: string, text: string) => {
        if (type === 'aws' && text === '1.0.0') throw new SyncError('DestinationRejected', 'It is in use.');
        return registry.deleteVersion(type, text);
      },
    });
    const result = await clean({ keep: 1 });
    expect(present('aws')).toEqual(['1.0.0', '3.0.0']);
    expect(present('null')).toEqual(['2.0.0']);
    const error = { code: 'DestinationRejected', origin: 'destination', message: 'It is in use.' };
    expect(result).toMatchObject({ ok: false, providersChecked: 2, versionsDeleted: 2 });
    expect(result.providers[0]?.failed).toEqual([
      {
        version: '1.0.0',
        reason: 'beyond-newest-stable',
        detail: 'older than the newest stable version',
        error,
      },
    ]);
    expect(reporter.of('VersionDeletionFailed')).toEqual([
      {
        kind: 'VersionDeletionFailed',
        destination: 'private-registry',
        provider: 'aws',
        version: '1.0.0',
        error,
      },
    ]);
    expect(describeCleanupFailure(result)).toBe(
      'Cleanup deleted 2 versions and did not finish. aws 1.0.0: It is in use.',
    );
  });

  it('because the registry cannot be reached is not tried again for the rest of the provider', async () => {
    const { registry, present, override, clean } = cleanupWorld();
    seed(registry, 'aws', ['1.0.0', '2.0.0', '3.0.0']);
    seed(registry, 'null', ['1.0.0', '2.0.0']);
    const asked: string[] = [];
    override({
      deleteVersion: async (type: string, text: string) => {
        asked.push(`${type} ${text}`);
        throw new SyncError('DestinationUnavailable', 'No answer.');
      },
    });
    const result = await clean({ keep: 1 });
    expect(asked).toEqual(['aws 1.0.0', 'null 1.0.0']);
    expect(result.providers.map(({ failed }) => failed.map(({ version }) => version))).toEqual([
      ['1.0.0', '2.0.0'],
      ['1.0.0'],
    ]);
    expect(present('aws')).toEqual(['1.0.0', '2.0.0', '3.0.0']);
  });

  it('is made up for by the next run', async () => {
    const { registry, present, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    registry.breakAfter(1, { answerLost: true });
    expect(await clean({ keep: 1 })).toMatchObject({ ok: false, versionsDeleted: 1 });
    registry.mend();
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 2 });
    expect(present('aws')).toEqual(['3.0.0']);
  });
});

describe('an interruption', () => {
  it('stops between two deletions', async () => {
    const { registry, override, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    const abort = new AbortController();
    override({
      deleteVersion: (type, text) => {
        abort.abort();
        return registry.deleteVersion(type, text);
      },
    });
    const result = await clean({ keep: 1 }, { signal: abort.signal });
    expect(registry.changes).toHaveLength(1);
    expect(result).toMatchObject({ stopped: true, ok: false, versionsDeleted: 1, versionsToDelete: 3 });
    const [aws] = result.providers;
    expect(aws?.deleted.map(({ version }) => version)).toEqual(['1.0.0']);
    expect(aws?.toDelete.map(({ version }) => version)).toEqual(['1.1.0', '2.0.0', '2.1.0-beta1']);
    expect(describeCleanupFailure(result)).toContain('3 were not come to before it was stopped.');
  });

  it('that breaks a deletion off is no failure of it', async () => {
    const { registry, reporter, override, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    const abort = new AbortController();
    override({
      deleteVersion: async () => {
        abort.abort();
        throw new SyncError('DestinationUnavailable', 'The request was broken off.');
      },
    });
    const result = await clean({ keep: 1 }, { signal: abort.signal });
    expect(result).toMatchObject({ stopped: true, versionsDeleted: 0, versionsToDelete: 4 });
    expect(result.providers[0]?.failed).toEqual([]);
    expect(reporter.events).toEqual([]);
  });

  it.each(['listProviders', 'listVersions'])(
    'is no failure of the provider when it breaks %s off',
    async (method) => {
      const { registry, reporter, override, clean } = cleanupWorld();
      seed(registry, 'aws', AWS);
      seed(registry, 'null', AWS);
      const abort = new AbortController();
      const reason = new SyncError('DeadlineNear', 'The time is nearly up.');
      override({
        [method]: async () => {
          abort.abort(reason);
          throw new SyncError('DestinationUnavailable', 'The request was broken off.');
        },
      });
      await expect(clean({ keep: 1 }, { signal: abort.signal })).rejects.toBe(reason);
      expect(registry.changes).toEqual([]);
      expect(reporter.events).toEqual([]);
    },
  );
});

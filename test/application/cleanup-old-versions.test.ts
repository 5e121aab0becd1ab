import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CleanupPorts,
  type CleanupRequest,
  cleanupOldVersions,
  describeCleanupFailure,
  planCleanup,
  previewCleanup,
} from '../../src/application/cleanup-old-versions.ts';
import type { ProviderEntry, SyncConfig } from '../../src/domain/config/config.ts';
import { SyncError } from '../../src/domain/errors.ts';
import { DEFAULT_RETENTION_POLICY, type RetentionPolicy } from '../../src/domain/retention/policy.ts';
import { constraint, daysAgo, exactly, LATEST, listed, NOW } from '../domain/retention/listings.ts';
import { fixedClock } from '../fakes/clock.ts';
import { createRecordingReporter } from '../fakes/event-reporter.ts';
import { createFakePrivateRegistry, type FakePrivateRegistry } from '../fakes/private-registry.ts';

const BYTES = new Uint8Array([1]);

/** Complete versions, 100 days old, unless the state is spoiled afterwards. */
function seed(registry: FakePrivateRegistry, provider: string, texts: readonly string[]): void {
  const versions = texts.map((text) => ({
    text,
    createdAt: daysAgo(100),
    keyId: '34365D9472D7468F',
    protocols: ['5.0'],
    platforms: new Map([['linux_amd64', {} as never]]),
    shasums: BYTES,
    signature: BYTES,
  }));
  registry.state.providers.set(provider, new Map(versions.map((version) => [version.text, version])));
}

function entry(type: string, other: Partial<ProviderEntry> = {}): ProviderEntry {
  return {
    path: '$[0]',
    address: { hostname: 'registry.terraform.io', namespace: 'hashicorp', type },
    requested: LATEST,
    platforms: [{ os: 'linux', arch: 'amd64' }],
    pinnedKeyId: undefined,
    retain: [],
    ...other,
  };
}

function configFor(...entries: readonly (string | ProviderEntry)[]): SyncConfig {
  return { providers: entries.map((one) => (typeof one === 'string' ? entry(one) : one)) };
}

const OPEN_BRAKE = { maxShare: 1, maxCount: 10_000 };

type Registry = CleanupPorts['privateRegistry'];

function setUp() {
  const registry = createFakePrivateRegistry();
  const reporter = createRecordingReporter();
  const ports = { privateRegistry: registry as Registry, reporter, clock: fixedClock(NOW) };
  /** Lets some methods of the registry answer otherwise. */
  const override = (methods: Partial<Registry>) => void (ports.privateRegistry = { ...registry, ...methods });
  const present = (provider: string) => [...(registry.state.providers.get(provider)?.keys() ?? [])];
  const clean = (
    policy: Partial<RetentionPolicy>,
    request: Partial<CleanupRequest> & { dryRun?: boolean } = {},
  ) =>
    cleanupOldVersions(ports, {
      config: configFor('aws', 'null'),
      policy: { ...DEFAULT_RETENTION_POLICY, brake: OPEN_BRAKE, ...policy },
      dryRun: false,
      ...request,
    });
  return { registry, reporter, ports, override, present, clean };
}

const AWS = ['1.0.0', '1.1.0', '2.0.0', '2.1.0-beta1', '3.0.0'];

describe('a cleanup', () => {
  it('deletes what the policy does not keep, and tells what and why', async () => {
    const { registry, present, clean } = setUp();
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
    const { registry, reporter, clean } = setUp();
    seed(registry, 'aws', ['1.10.0', '3.0.0', '1.9.0', '2.0.0']);
    await clean({ keep: 1 });
    expect(registry.changes.map(({ subject }) => subject)).toEqual(['aws 1.9.0', 'aws 1.10.0', 'aws 2.0.0']);
    expect(reporter.of('VersionDeleted')).toEqual(
      ['1.9.0', '1.10.0', '2.0.0'].map((version) => ({
        kind: 'VersionDeleted',
        provider: 'aws',
        version,
        reason: 'older than the newest stable version',
      })),
    );
  });

  it('finds nothing to do the second time', async () => {
    const { registry, clean } = setUp();
    seed(registry, 'aws', AWS);
    await clean({ keep: 1 });
    const changes = registry.changes.length;
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 0, providersChecked: 1 });
    expect(registry.changes).toHaveLength(changes);
  });

  it('heeds every entry of the config for a provider, and its retain list', async () => {
    const { registry, present, clean } = setUp();
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
    const { registry, present, clean } = setUp();
    seed(registry, 'aws', AWS);
    await clean({ keep: 1, minimumAgeDays: 101 });
    expect(present('aws')).toEqual(AWS);
    await clean({ keep: 1, minimumAgeDays: 100 });
    expect(present('aws')).toEqual(['3.0.0']);
  });

  it('counts a version that is no longer there as gone', async () => {
    const { registry, reporter, override, clean } = setUp();
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
    const { registry, present, clean } = setUp();
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
    const { registry, present, clean } = setUp();
    seed(registry, 'aws', AWS);
    seed(registry, 'inhouse', AWS);
    registry.state.publicProviders.push({ namespace: 'hashicorp', name: 'null' });
    const result = await clean({ keep: 1 });
    expect(result.providers.map(({ provider }) => provider)).toEqual(['aws']);
    expect(present('inhouse')).toEqual(AWS);
  });

  it('is every private provider when that is asked for', async () => {
    const { registry, present, clean } = setUp();
    seed(registry, 'aws', AWS);
    seed(registry, 'inhouse', AWS);
    registry.state.publicProviders.push({ namespace: 'hashicorp', name: 'null' });
    const result = await clean({ keep: 1, scope: 'all' });
    expect(result.providers.map(({ provider }) => provider)).toEqual(['aws', 'inhouse']);
    expect(present('inhouse')).toEqual(['3.0.0']);
  });

  it('can be one provider', async () => {
    const { registry, present, clean } = setUp();
    seed(registry, 'aws', AWS);
    seed(registry, 'null', AWS);
    const result = await clean({ keep: 1 }, { provider: 'null' });
    expect(result.providers.map(({ provider }) => provider)).toEqual(['null']);
    expect(present('aws')).toEqual(AWS);
  });

  it('refuses a provider that is not in it', async () => {
    const { registry, clean } = setUp();
    seed(registry, 'inhouse', AWS);
    await expect(clean({}, { provider: 'inhouse' })).rejects.toMatchObject({ code: 'ProviderNotFound' });
    expect(registry.changes).toEqual([]);
  });

  it('protects every provider outside it, whatever is listed', async () => {
    const names = ['aws', 'null', 'inhouse', 'google'];
    const law = async (present: string[], named: string[], keep: number) => {
      const { registry, clean } = setUp();
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

describe('a listing that cannot be trusted', () => {
  it('of no provider at all is an error', async () => {
    const { clean } = setUp();
    await expect(clean({})).rejects.toMatchObject({
      code: 'ListingIncomplete',
      message: expect.stringContaining('the organization "example" lists no provider'),
    });
  });

  it('of no version is an error of that provider', async () => {
    const { registry, present, clean } = setUp();
    seed(registry, 'aws', []);
    seed(registry, 'null', AWS);
    const result = await clean({ keep: 1 });
    expect(result).toMatchObject({ ok: false, providersChecked: 1, versionsDeleted: 4 });
    expect(result.providers[0]).toEqual({
      provider: 'aws',
      kept: [],
      toDelete: [],
      deleted: [],
      failed: [],
      error: {
        code: 'ListingIncomplete',
        origin: 'destination',
        message: expect.stringContaining('the provider "aws" lists no version'),
      },
    });
    expect(present('null')).toEqual(['3.0.0']);
    expect(describeCleanupFailure(result)).toMatch(
      /^Cleanup deleted 4 versions and did not finish\. aws: The private registry answered/,
    );
  });

  it('that names a version twice is an error of that provider', async () => {
    const { registry, override, clean } = setUp();
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
    const { registry, present, override, clean } = setUp();
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
    const { registry, clean } = setUp();
    seed(registry, 'aws', AWS);
    registry.refuseAllWith(new SyncError('TokenRejected', 'The token was refused.'));
    await expect(clean({})).rejects.toMatchObject({ code: 'TokenRejected' });
  });
});

describe('a deletion that fails', () => {
  it('stops neither the other versions nor the other providers, and fails the run', async () => {
    const { registry, reporter, present, override, clean } = setUp();
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
      { kind: 'VersionDeletionFailed', provider: 'aws', version: '1.0.0', error },
    ]);
    expect(describeCleanupFailure(result)).toBe(
      'Cleanup deleted 2 versions and did not finish. aws 1.0.0: It is in use.',
    );
  });

  it('because the registry cannot be reached is not tried again for the rest of the provider', async () => {
    const { registry, present, override, clean } = setUp();
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
    const { registry, present, clean } = setUp();
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
    const { registry, override, clean } = setUp();
    seed(registry, 'aws', AWS);
    const abort = new AbortController();
    override({
      deleteVersion: (type, text) => {
        abort.abort();
        return registry.deleteVersion(type, text);
      },
    });
    await expect(clean({ keep: 1 }, { signal: abort.signal })).rejects.toMatchObject({
      code: 'Interrupted',
      message: 'Cleanup was stopped at aws 1.1.0. Run it again to go on.',
    });
    expect(registry.changes).toHaveLength(1);
  });

  it.each(['listVersions', 'deleteVersion'])(
    'is no failure of the provider when it breaks %s off',
    async (method) => {
      const { registry, reporter, override, clean } = setUp();
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

describe('the brake of a cleanup', () => {
  const brake = { maxShare: 0.5, maxCount: 100 };

  it('stops the whole run before its first deletion', async () => {
    const { registry, reporter, clean } = setUp();
    seed(registry, 'aws', ['1.0.0', '2.0.0', '3.0.0', '4.0.0']);
    seed(registry, 'null', ['1.0.0', '2.0.0', '3.0.0']);
    await expect(clean({ keep: 1, brake })).rejects.toMatchObject({
      code: 'RetentionBrakeApplied',
      message: expect.stringContaining('3 of 4 versions of aws, 2 of 3 versions of null'),
    });
    expect(registry.changes).toEqual([]);
    expect(reporter.events).toEqual([]);
  });

  it('counts the versions of all providers together', async () => {
    const { registry, clean } = setUp();
    for (const name of ['aws', 'null']) seed(registry, name, ['1.0.0', '2.0.0', '3.0.0', '4.0.0']);
    await expect(clean({ keep: 2, brake: { maxShare: 0.5, maxCount: 3 } })).rejects.toMatchObject({
      message: expect.stringContaining('4 versions in all'),
    });
    expect(await clean({ keep: 2, brake: { maxShare: 0.5, maxCount: 4 } })).toMatchObject({
      ok: true,
      versionsDeleted: 4,
    });
  });

  it('shows in a dry run, beside all that would be deleted', async () => {
    const { registry, clean } = setUp();
    seed(registry, 'aws', ['1.0.0', '2.0.0', '3.0.0']);
    const result = await clean({ keep: 1, brake }, { dryRun: true });
    expect(result).toMatchObject({
      ok: false,
      versionsToDelete: 2,
      brake: { code: 'RetentionBrakeApplied' },
    });
    expect(describeCleanupFailure(result)).toContain('2 of 3 versions of aws');
  });
});

describe('a dry run', () => {
  it('changes nothing and tells exactly what the run then deletes', async () => {
    const { registry, reporter, present, clean } = setUp();
    seed(registry, 'aws', AWS);
    seed(registry, 'null', ['1.0.0', '2.0.0']);
    const dry = await clean({ keep: 1 }, { dryRun: true });
    expect(dry).toMatchObject({
      ok: true,
      dryRun: true,
      providersChecked: 2,
      versionsDeleted: 0,
      versionsToDelete: 5,
    });
    expect(registry.changes).toEqual([]);
    expect(reporter.events).toEqual([]);
    expect(present('aws')).toEqual(AWS);
    const wet = await clean({ keep: 1 });
    const versions = (list: readonly { version: string }[]) => list.map(({ version }) => version);
    expect(dry.providers.map(({ toDelete }) => versions(toDelete))).toEqual(
      wet.providers.map(({ deleted }) => versions(deleted)),
    );
    expect(dry.providers.map(({ kept }) => kept)).toEqual(wet.providers.map(({ kept }) => kept));
  });

  it('is the plan that can be applied', async () => {
    const { registry, ports } = setUp();
    seed(registry, 'aws', AWS);
    const request = {
      config: configFor('aws'),
      policy: { ...DEFAULT_RETENTION_POLICY, keep: 1, brake: OPEN_BRAKE },
    };
    const plan = await planCleanup(ports, request);
    expect(previewCleanup(plan)).toEqual(await cleanupOldVersions(ports, { ...request, dryRun: true }));
  });

  it('fails when a provider could not be read', async () => {
    const { registry, clean } = setUp();
    seed(registry, 'aws', []);
    const result = await clean({}, { dryRun: true });
    expect(result).toMatchObject({ ok: false, providersChecked: 0 });
    expect(describeCleanupFailure(result)).toContain('lists no version');
  });
});

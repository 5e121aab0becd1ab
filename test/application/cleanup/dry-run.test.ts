import { describe, expect, it } from 'vitest';
import { cleanupOldVersions, previewCleanup } from '../../../src/application/cleanup/cleanup-old-versions.ts';
import { planCleanup } from '../../../src/application/cleanup/plan.ts';
import { describeCleanupFailure } from '../../../src/application/cleanup/results.ts';
import { DEFAULT_RETENTION_POLICY } from '../../../src/domain/retention/policy.ts';
import { listed } from '../../domain/retention/listings.ts';
import { AWS, cleanupWorld, configFor, OPEN_BRAKE, seed } from './world.ts';

describe('the brake of a cleanup', () => {
  const brake = { maxShare: 0.5, maxCount: 100 };

  it('stops the whole run before its first deletion', async () => {
    const { registry, reporter, clean } = cleanupWorld();
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
    const { registry, clean } = cleanupWorld();
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
    const { registry, clean } = cleanupWorld();
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
    const { registry, reporter, present, clean } = cleanupWorld();
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
    const { registry, ports } = cleanupWorld();
    seed(registry, 'aws', AWS);
    const request = {
      config: configFor('aws'),
      policy: { ...DEFAULT_RETENTION_POLICY, keep: 1, brake: OPEN_BRAKE },
    };
    const plan = await planCleanup(ports, request);
    expect(previewCleanup(plan)).toEqual(await cleanupOldVersions(ports, { ...request, dryRun: true }));
  });

  it('fails when a provider could not be read', async () => {
    const { registry, override, clean } = cleanupWorld();
    seed(registry, 'aws', AWS);
    override({ listVersions: async () => [listed('1.0.0'), listed('1.0.0')] });
    const result = await clean({}, { dryRun: true });
    expect(result).toMatchObject({ ok: false });
    expect(describeCleanupFailure(result)).toContain('"1.0.0" twice');
  });
});

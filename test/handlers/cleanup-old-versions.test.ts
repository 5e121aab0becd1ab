import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { handler as CleanupOldVersions } from '../../src/handlers/cleanup-old-versions.ts';
import { deploymentTools } from '../deployment/support/deployment-tools.ts';
import { drainQueue } from '../deployment/support/event-bridge.ts';
import { lambdaContext } from '../deployment/support/lambda.ts';
import { registryApi } from '../support/registries.ts';
import { listReleases, versionsListed } from '../support/registry-history.ts';
import { borrowMoto } from '../support/run-client.ts';
import { LINUX } from '../support/sync-world.ts';

const tools = await deploymentTools();

/** The chapters build on one another. The public registry has nothing but anvil 1.0.0. */
describe.skipIf(!tools)('CleanupOldVersions (needs Python and pip)', { timeout: 60_000 }, () => {
  let standIns: StandIns;
  let handler: typeof CleanupOldVersions;
  let registry: { readonly url: string; readonly token: string };
  let keyId = '';
  const logged: string[] = [];

  beforeAll(async () => {
    if (!tools) return;
    const key = await makeSigningKey({ name: 'Acme' });
    const release = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms: [LINUX], key };
    const releases = [await makeSampleRelease(release)];
    standIns = await startStandIns({ startMoto: () => borrowMoto(tools.program('moto_server')), releases });
    registry = { url: standIns.privateUrl, token: standIns.token };
    ({ keyId } = key);
    await registryApi(registry).createKey(key.asciiArmor);
    await listReleases(registry, keyId, 'anvil', ['1.0.0', '1.1.0', '1.2.0', '1.3.0']);
    await listReleases(registry, keyId, 'inhouse', ['1.0.0', '2.0.0']);
    const anvil = { provider: 'anvil', namespace: 'acme', platforms: [LINUX] };
    await standIns.uploadConfig([anvil, { ...anvil, provider: 'weather' }]);
    Object.assign(process.env, standIns.environment, {
      KEEP_VERSION_COUNT: '1',
      POWERTOOLS_DEV: 'true',
      LOG_LEVEL: 'WARN',
    });
    for (const level of ['info', 'log', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
    }
    ({ handler } = await import('../../src/handlers/cleanup-old-versions.ts'));
  }, 120_000);
  afterAll(() => standIns?.close());

  const messages = () => drainQueue(standIns.aws.sqs, standIns.queueUrl);

  it('changes nothing in a dry run, and says what it would delete', async () => {
    const result = await handler({ dryRun: true }, lambdaContext());
    expect(result).toMatchObject({ ok: true, dryRun: true, versionsDeleted: 0, versionsToDelete: 2 });
    expect(await versionsListed(registry, 'anvil')).toHaveLength(4);
  });

  it.each([{ dryrun: true }, { dry_run: true }, { DRY_RUN: true }, { dryRun: 'true' }])(
    'refuses an event that it does not know, because %o was meant to delete nothing',
    async (event) => {
      await expect(handler(event, lambdaContext())).rejects.toMatchObject({ name: 'ArgumentsInvalid' });
      expect(await versionsListed(registry, 'anvil')).toHaveLength(4);
    },
  );

  it('deletes what nothing keeps, and not what the next sync would publish again', async () => {
    const result = await handler({}, lambdaContext());
    expect(result).toMatchObject({ ok: true, dryRun: false, providersChecked: 1, versionsDeleted: 2 });
    expect([...(await versionsListed(registry, 'anvil'))].sort()).toEqual(['1.0.0', '1.3.0']);
    expect(await versionsListed(registry, 'inhouse')).toHaveLength(2);
    expect(await handler({}, lambdaContext())).toMatchObject({ ok: true, versionsDeleted: 0 });
    expect(await messages()).toEqual([]);
  });

  it('cleans the others up where a provider lists no version, and says so', async () => {
    await listReleases(registry, keyId, 'anvil', ['1.4.0']);
    await listReleases(registry, keyId, 'weather', []);
    const result = await handler({}, lambdaContext());
    expect([...(await versionsListed(registry, 'anvil'))].sort()).toEqual(['1.0.0', '1.4.0']);
    expect(result.ok).toBe(true);
    expect(result.providers.flatMap(({ provider, remark }) => (remark ? [provider] : []))).toEqual([
      'weather',
    ]);
    const remarks = logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'WARN');
    expect(remarks).toEqual([
      expect.objectContaining({ provider: 'weather', message: expect.stringContaining('lists no version') }),
    ]);
    expect(await messages()).toEqual([]);
  });

  it('tells people when the brake stops it, and then deletes nothing', async () => {
    await listReleases(registry, keyId, 'anvil', ['1.5.0', '1.6.0', '1.7.0', '1.8.0']);
    await expect(handler({ provider: 'anvil' }, lambdaContext())).rejects.toMatchObject({
      name: 'RetentionBrakeApplied',
    });
    expect(await versionsListed(registry, 'anvil')).toHaveLength(6);
    const [message] = await messages();
    expect(message.Subject).toBe('Cleanup of old provider versions failed (RetentionBrakeApplied)');
    expect(message.Message).toContain('4 of 6 versions of anvil');
  });
});

import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BUCKET, CONFIG_KEY, SECRET } from '../../scripts/stand-ins/aws-resources.ts';
import { type StandIns, startStandIns } from '../../scripts/stand-ins/world.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { contentsOf, syntheticContents } from '../../src/embedded/sample-registry/package-contents.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { handler as DownloadAndUpload } from '../../src/handlers/download-and-upload.ts';
import { deploymentTools } from '../deployment/support/deployment-tools.ts';
import { lambdaContext } from '../deployment/support/lambda.ts';
import { registryApi } from '../support/registries.ts';
import { borrowMoto } from '../support/run-client.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';

const tools = await deploymentTools();
const BYTES_PER_SECOND = 250_000;

/** A package that takes a moment, and one that takes three seconds. */
const SMALL = contentsOf(new Uint8Array(1_000));
const LARGE = syntheticContents(6 * BYTES_PER_SECOND, 'large');

const event = {
  executionId: 'arn:aws:states:eu-central-1:123456789012:execution:sync:1',
  config: { bucket: BUCKET, key: CONFIG_KEY, versionId: null },
  provider: { index: 0, address: 'registry.terraform.io/acme/anvil', version: 'latest' },
  status: { resolvedVersion: '1.0.0' },
};

describe.skipIf(!tools)('DownloadAndUpload (needs Python and pip)', { timeout: 60_000 }, () => {
  let standIns: StandIns;
  let handler: typeof DownloadAndUpload;

  beforeAll(async () => {
    if (!tools) return;
    const key = await makeSigningKey({ name: 'Acme' });
    const platforms = [LINUX, DARWIN];
    const contents = ({ os }: { os: string }) => (os === 'linux' ? SMALL : LARGE);
    const release = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms, key, contents };
    standIns = await startStandIns({
      startMoto: () => borrowMoto(tools.program('moto_server')),
      releases: [await makeSampleRelease(release)],
      bytesPerSecond: BYTES_PER_SECOND,
    });
    await standIns.uploadConfig([{ provider: 'anvil', namespace: 'acme', platforms }]);
    Object.assign(process.env, standIns.environment, { POWERTOOLS_DEV: 'true', LOG_LEVEL: 'SILENT' });
    for (const level of ['info', 'log', 'warn'] as const) vi.spyOn(console, level).mockReturnValue();
    ({ handler } = await import('../../src/handlers/download-and-upload.ts'));
  }, 120_000);
  afterAll(() => standIns?.close());

  const storeToken = (SecretString: string) =>
    standIns.aws.secrets.send(new PutSecretValueCommand({ SecretId: SECRET, SecretString }));

  it('stops cleanly before its time is up, and its retry goes on where it stopped', async () => {
    await expect(handler(event, lambdaContext(6_000))).rejects.toMatchObject({ name: 'DeadlineNear' });
    const result = await handler(event, lambdaContext());
    expect(result).toMatchObject({
      outcome: 'completed',
      platformsUploaded: 1,
      platforms: [
        { os: 'linux', outcome: 'up-to-date' },
        { os: 'darwin', outcome: 'published', bytes: LARGE.size },
      ],
    });
  });

  it('takes a rotated token at once, when the old one is no longer accepted', async () => {
    await storeToken('not-the-token');
    const restarted = await freshHandler();
    await expect(restarted(event, lambdaContext())).rejects.toMatchObject({
      name: 'TokenRejected',
      message: expect.stringContaining(`the secret ${SECRET}`),
    });
    await storeToken(standIns.token);
    expect(await restarted(event, lambdaContext())).toMatchObject({ outcome: 'up-to-date' });
  });

  it('fails with the conflict when the private registry has other contents under that version', async () => {
    await publishDifferently();
    await expect(handler(event, lambdaContext())).rejects.toMatchObject({ name: 'VersionConflict' });
  });

  it('refuses a reference that the config no longer has', async () => {
    const provider = { ...event.provider, index: 1 };
    await expect(handler({ ...event, provider }, lambdaContext())).rejects.toMatchObject({
      name: 'ConfigInvalid',
      message: expect.stringContaining('provider 2 is no longer registry.terraform.io/acme/anvil'),
    });
  });

  /** As a new execution environment of Lambda has it: with nothing in memory. */
  async function freshHandler(): Promise<typeof DownloadAndUpload> {
    vi.resetModules();
    return (await import('../../src/handlers/download-and-upload.ts')).handler;
  }

  /** Somebody replaces the version by another with the same name. */
  async function publishDifferently(): Promise<void> {
    const api = registryApi({ url: standIns.privateUrl, token: standIns.token });
    const base = '/api/v2/organizations/example/registry-providers/private/example/anvil/versions/1.0.0';
    await api.call('DELETE', `${base}/platforms/linux/amd64`);
    const other = {
      ...LINUX,
      filename: 'terraform-provider-anvil_1.0.0_linux_amd64.zip',
      shasum: 'ab'.repeat(32),
    };
    const { status } = await api.createPlatform('anvil', '1.0.0', other);
    expect(status).toBe(201);
  }
});

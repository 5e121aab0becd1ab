import { afterEach, expect, it, vi } from 'vitest';
import { lambdaContext } from '../deployment/support/lambda.ts';
import { scriptedServer } from '../support/scripted-server.ts';

afterEach(() => vi.restoreAllMocks());

it('ErrorHandler counts a provider that failed even when people cannot be told', async () => {
  await using sns = await scriptedServer(() => ({ status: 403, body: '' }));
  const logged: string[] = [];
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: sns.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    SNS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:gone',
    READ_CONFIG_LOG_GROUP: 'a',
    CHECK_VERSION_LOG_GROUP: 'b',
    DOWNLOAD_AND_UPLOAD_LOG_GROUP: 'c',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
    POWERTOOLS_METRICS_NAMESPACE: 'ProviderSync',
  })) {
    vi.stubEnv(name, value);
  }
  for (const level of ['error', 'log'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
  }
  const { handler } = await import('../../src/handlers/notify-error.ts');

  const event = {
    executionId: 'run-1',
    config: { bucket: 'configs', key: 'config.json', versionId: null },
    provider: { index: 0, address: 'registry.terraform.io/acme/anvil', version: 'latest' },
    error: { Error: 'SignatureInvalid', Cause: 'no' },
  };
  await expect(handler(event, lambdaContext())).rejects.toMatchObject({ name: 'NotificationFailed' });
  expect(logged.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ ProviderFailed: 1 }),
  );
});

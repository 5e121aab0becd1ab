import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createExecutions } from '../../../src/adapters/aws/executions.ts';
import { scriptedServer } from '../../support/scripted-server.ts';

const ARN = 'arn:aws:states:eu-central-1:123456789012:execution:provider-sync:1';

function executionsAt(endpoint: string) {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  return createExecutions(new SFNClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 }));
}

describe('whether an execution is under way', () => {
  it.each([
    ['RUNNING', true],
    ['SUCCEEDED', false],
    ['FAILED', false],
    ['TIMED_OUT', false],
    ['ABORTED', false],
  ])('%s: %s', async (status, expected) => {
    await using server = await scriptedServer(() => ({
      status: 200,
      body: JSON.stringify({ executionArn: ARN, status, startDate: 1, stateMachineArn: ARN }),
    }));
    expect(await executionsAt(server.url).isRunning(ARN)).toBe(expected);
  });

  it.each(['ExecutionDoesNotExist', 'InvalidArn'])('%s: false', async (name) => {
    await using server = await scriptedServer(() => ({
      status: 400,
      body: JSON.stringify({ __type: name, message: 'no' }),
    }));
    expect(await executionsAt(server.url).isRunning(ARN)).toBe(false);
  });

  it('is not known where the service refuses to say', async () => {
    await using server = await scriptedServer(() => ({
      status: 400,
      body: JSON.stringify({ __type: 'ThrottlingException', message: 'slow down' }),
    }));
    await expect(executionsAt(server.url).isRunning(ARN)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
    });
  });
});

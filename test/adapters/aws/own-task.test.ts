import { describe, expect, it } from 'vitest';
import { readOwnTask } from '../../../src/adapters/aws/own-task.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { type ScriptedAnswer, scriptedServer } from '../../support/scripted-server.ts';

const TASK = 'arn:aws:ecs:eu-central-1:123456789012:task/deployments/0123456789abcdef';

const serving = (answer: ScriptedAnswer | 'cut') =>
  scriptedServer(({ path }) => (path === '/v4/id/task' ? answer : undefined));

describe('the task that a runner is in', () => {
  it('is what ECS says it is', async () => {
    await using server = await serving({ json: { TaskARN: TASK, Family: 'deployments', Containers: [] } });
    expect(await readOwnTask(`${server.url}/v4/id`)).toBe(TASK);
  });

  it.each<[string, ScriptedAnswer | 'cut']>([
    ['nothing', 'cut'],
    ['that it fails', { status: 500, json: { TaskARN: TASK } }],
    ['to look elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['no JSON', { body: '<html>' }],
    ['no task', { json: {} }],
    ['something that is no ARN of a task', { json: { TaskARN: 'https://elsewhere.example.com/' } }],
    ['an ARN of another service', { json: { TaskARN: 'arn:aws:iam::123456789012:role/admin' } }],
    ['an ARN without an end', { json: { TaskARN: `${TASK}${'x'.repeat(300)}` } }],
    ['more than a MiB', { json: { TaskARN: TASK, Padding: 'x'.repeat(1024 * 1024) } }],
  ])('is not known where ECS says %s, and then nothing is to be begun', async (_what, answer) => {
    await using server = await serving(answer);
    await expect(readOwnTask(`${server.url}/v4/id`)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: `ECS did not say which task this is (${server.url}/v4/id/task).`,
    });
  });

  it('is not looked for in an answer without an end, which is read no further than a MiB', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const server = await startHttpServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await expect(readOwnTask(`${server.url}/v4/id`)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      cause: { message: 'more than 1048576 bytes' },
    });
    await server.close();
  });
});

import setUp from '../test/global-setup.ts';
import type { AwsDeployments, StreamRecord } from '../test/support/deployments/aws-world.ts';
import { figure, printTable } from './table.ts';

const REQUESTS = 200;
/** One in so many does not fit its kind. */
const UNFIT = 10;
/** As in stacks/deployments.yaml: records that one call is given, and calls at once. */
const [BATCH, AT_ONCE] = [25, 4];

/** 200 requests that another program puts into the table at once, through the stream, the trigger and its validation. */
export async function benchTrigger(): Promise<void> {
  const tearDown = await setUp();
  const { log } = console;
  try {
    const { awsDeployments } = await import('../test/support/deployments/aws-world.ts');
    await using aws = await awsDeployments('terraform/kinds');
    Object.assign(process.env, aws.environment);
    const { handler } = await import('../src/handlers/deployments/trigger.ts');
    const { lambdaContext } = await import('../test/deployment/support/lambda.ts');
    // What the function logs is not part of the table that is printed.
    const quiet = () => {};
    Object.assign(console, { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet });
    const call = (Records: readonly StreamRecord[]) => handler({ Records }, lambdaContext(60_000));
    let putBack = 0;
    /** As Lambda does: from the record on that could not be dealt with, again. */
    const deliver = async (batch: readonly StreamRecord[]): Promise<void> => {
      let rest = batch;
      while (rest.length > 0) {
        const [failure] = (await call(rest)).batchItemFailures;
        if (failure === undefined) return;
        putBack += 1;
        rest = rest.slice(
          rest.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failure.itemIdentifier),
        );
      }
    };
    // Once, so that nobody measures how it is loaded.
    await putAll(aws, 'warm', 1);
    await call(await aws.news());
    await putAll(aws, 'web', REQUESTS);
    const records = await aws.news();
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    for (let at = 0; at < records.length; at += BATCH * AT_ONCE) {
      const batches = Array.from({ length: AT_ONCE }, (_, index) =>
        records.slice(at + index * BATCH, at + (index + 1) * BATCH),
      );
      await Promise.all(batches.map(deliver));
    }
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const statuses = await Promise.all(
      Array.from({ length: REQUESTS }, async (_, index) => (await aws.read(`web-${index}`)).status),
    );
    Object.assign(console, { log });
    printTable(
      `${REQUESTS} requests at once through trigger and validation, AWS by moto on this machine`,
      [
        'started',
        'refused with every problem',
        'put back for now',
        'requests a second',
        'CPU ms of the function a request',
      ],
      [
        [
          String((await aws.executions('deploy')).filter((name) => name.startsWith('web-')).length),
          String(statuses.filter((status) => status === 'FAILED').length),
          String(putBack),
          figure(REQUESTS / seconds, 0),
          figure((user + system) / 1000 / REQUESTS, 1),
        ],
      ],
    );
  } finally {
    Object.assign(console, { log });
    await tearDown();
  }
}

async function putAll(aws: AwsDeployments, name: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const inputs = index % UNFIT === UNFIT - 1 ? { folder: 7, colour: 'red' } : { folder: '/srv/notes' };
      return aws.ask(`${name}-${index}`, 'example', inputs);
    }),
  );
}

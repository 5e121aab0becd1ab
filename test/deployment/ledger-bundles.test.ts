import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions, type FunctionBundle } from '../../scripts/function-bundles.ts';
import { temporaryFolder } from '../support/registries.ts';

const CLIENTS = ['dynamodb', 's3', 'sfn', 'sqs'].map((name) => `@aws-sdk/client-${name}`);
const LIBRARIES = ['ajv', 'openpgp', 'undici'];

const EXPECTED = [
  { file: 'trigger.mjs', needs: ['@aws-sdk/client-sfn', '@aws-sdk/client-sqs'] },
  { file: 'validate.mjs', needs: ['@aws-sdk/client-s3', 'ajv'] },
  { file: 'process.mjs', needs: [] },
  { file: 'enrich.mjs', needs: ['@aws-sdk/client-dynamodb'] },
  { file: 'append.mjs', needs: ['@aws-sdk/client-dynamodb'] },
  { file: 'register-type.mjs', needs: ['@aws-sdk/client-s3'] },
  { file: 'schema-worker.mjs', needs: ['ajv'] },
];

describe('the bundles of the ledger’s pipeline', { timeout: 60_000 }, () => {
  let folder = '';
  let bundles: readonly FunctionBundle[] = [];
  beforeAll(async () => {
    folder = await temporaryFolder();
    bundles = await bundleFunctions(folder, 'stacks/ledger.yaml');
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const bundleOf = (name: string) => bundles.find(({ file }) => path.basename(file) === name);

  it('are those of the functions, and the thread beside the one that starts it', () => {
    expect(bundles.map(({ file }) => path.basename(file)).toSorted()).toEqual(
      EXPECTED.map(({ file }) => file).toSorted(),
    );
    expect(path.dirname(bundleOf('schema-worker.mjs')?.file ?? '')).toBe(
      path.dirname(bundleOf('register-type.mjs')?.file ?? ''),
    );
  });

  it.each(EXPECTED)('have only the clients and libraries that they use, in $file', ({ file, needs }) => {
    const inputs = Object.entries(bundleOf(file)?.output.inputs ?? {});
    const packages = new Set(
      inputs
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .flatMap(([input]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
    );
    expect([...CLIENTS, ...LIBRARIES].filter((name) => packages.has(name)).toSorted()).toEqual(needs);
    expect(bundleOf(file)?.output.bytes).toBeLessThan(1_300_000);
  });

  it('start the thread as they are bundled', async () => {
    const worker = new Worker(bundleOf('schema-worker.mjs')?.file ?? '', {
      workerData: { schema: { type: 'integer' }, samples: [{ valid: true, data: 'no integer' }] },
    });
    const said = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(said).toEqual(['Sample 0 should be valid: The data must be integer']);
  });
});

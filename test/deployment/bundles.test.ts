import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions, type FunctionBundle } from '../../scripts/function-bundles.ts';
import { temporaryFolder } from '../support/registries.ts';

const S3 = '@aws-sdk/client-s3';
const SECRETS = '@aws-sdk/client-secrets-manager';
const SNS = '@aws-sdk/client-sns';
const SFN = '@aws-sdk/client-sfn';

/**
 * The SDK clients and the weighty libraries that each function needs; 1 MB is 1,000,000 bytes. What works on
 * destinations has a mirror's, ECR's and the ledger's clients in it, SNS for its pipeline
 * among them, and cleanup reads publishers' keys for the origin
 * of what it would delete.
 */
const EXPECTED = [
  { name: 'ReadConfigFunction', clients: [S3], libraries: [], megabytes: 1 },
  { name: 'TakeTurnFunction', clients: [S3, SFN], libraries: [], megabytes: 1 },
  {
    name: 'CheckVersionFunction',
    clients: [S3, SECRETS, SNS],
    libraries: ['openpgp', 'undici'],
    megabytes: 2.5,
  },
  {
    name: 'DownloadAndUploadFunction',
    clients: [S3, SECRETS, SNS],
    libraries: ['openpgp', 'undici'],
    megabytes: 2.5,
  },
  { name: 'ErrorHandlerFunction', clients: [SNS], libraries: [], megabytes: 1 },
  { name: 'KeepLedgerFunction', clients: [S3, SNS], libraries: [], megabytes: 1.5 },
  {
    name: 'CleanupOldVersionsFunction',
    clients: [S3, SECRETS, SNS],
    libraries: ['openpgp', 'undici'],
    megabytes: 2.5,
  },
];

describe('the bundle', { timeout: 60_000 }, () => {
  let folder = '';
  let bundles: readonly FunctionBundle[] = [];
  beforeAll(async () => {
    folder = await temporaryFolder();
    bundles = await bundleFunctions(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function packagesOf(name: string): ReadonlySet<string> {
    const { output } = bundles.find((bundle) => bundle.function === name) ?? {};
    const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return new Set(inputs.flatMap(([file]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
  }

  it.each(EXPECTED)('of $name has only the clients that it uses', ({ name, clients, libraries }) => {
    const packages = packagesOf(name);
    const found = [S3, SECRETS, SNS, SFN].filter((client) => packages.has(client));
    expect(found).toEqual(clients);
    expect(['openpgp', 'undici'].filter((library) => packages.has(library))).toEqual(libraries);
  });

  it.each(EXPECTED)('of $name stays below $megabytes MB', ({ name, megabytes }) => {
    const bundle = bundles.find((candidate) => candidate.function === name);
    expect(bundle?.output.bytes).toBeLessThan(megabytes * 1_000_000);
  });
});

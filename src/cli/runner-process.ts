import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Runner } from '../domain/deployment-request/events.ts';
import { holdSecret } from '../domain/secrets/redaction.ts';
import type { Environment } from './io.ts';

/** All that Terraform and its providers get to know of this process's environment. */
const PASSED_ON = [
  'TMPDIR',
  'SSL_CERT_FILE',
  'AWS_CA_BUNDLE',
  'HTTPS_PROXY',
  'NO_PROXY',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];
const SECRETS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'];

/** Of this process’s environment, what Terraform gets; secrets in it are kept out of every log from here on. */
export function terraformEnvironment(environment: Environment): Readonly<Record<string, string>> {
  for (const name of SECRETS) holdSecret(environment[name] ?? '');
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // The sample provider is a script of the Node that runs this.
  const search = [path.dirname(process.execPath), environment['PATH'] ?? ''].join(path.delimiter);
  return { ...Object.fromEntries(passed), PATH: search };
}

/** This process, as a run's record names it. */
export async function thisRunner(environment: Environment): Promise<Runner> {
  const host = hostname();
  const execution = environment['PROVIDER_SYNC_EXECUTION'];
  const metadata = environment['ECS_CONTAINER_METADATA_URI_V4'];
  let task = environment['PROVIDER_SYNC_TASK'];
  if (task === undefined && metadata !== undefined) {
    const { readOwnTask } = await import('../adapters/aws/own-task.ts');
    task = await readOwnTask(metadata);
  }
  return {
    runner: `${host}:${process.pid}:${randomBytes(4).toString('hex')}`,
    host,
    pid: process.pid,
    ...(task === undefined ? {} : { task }),
    ...(execution === undefined ? {} : { execution }),
  };
}

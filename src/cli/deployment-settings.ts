import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProviderMirror } from '../adapters/terraform-cli/cli-config.ts';
import { SyncError } from '../domain/errors.ts';
import type { OptionSpec, VariableSpec } from './command-spec.ts';
import type { Environment } from './io.ts';
import { defaultLedgerFile, LEDGER_OPTION, LEDGER_VARIABLES, readLedgerFile } from './ledger-settings.ts';
import { type OutputSettings, readOutputSettings } from './settings.ts';
import type { SettingsReader } from './settings-reader.ts';
import { OUTPUT_OPTIONS } from './shared-options.ts';

export const DEPLOYMENT_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--data <dir>',
    description: 'where deployments lie (default: provider-sync/deployments in the user’s state folder)',
  },
  { flags: '--requests <table>', description: 'dynamodb://TABLE (default: requests.sqlite in --data)' },
  LEDGER_OPTION,
  ...OUTPUT_OPTIONS,
];

export const KINDS_OPTION: OptionSpec = {
  flags: '--kinds <place>',
  description:
    'the catalogue of kinds: a folder, or s3://BUCKET/PREFIX (default: the one that came with this program)',
};

export const STORE_OPTION: OptionSpec = {
  flags: '--store <place>',
  description: 's3://BUCKET or s3://BUCKET/PREFIX for states, plans and logs (default: --data)',
};

export const RUNNER_OPTIONS: readonly OptionSpec[] = [
  KINDS_OPTION,
  STORE_OPTION,
  {
    flags: '--mirror <place>',
    description: 'the network mirror that providers come from: a folder or an https address',
  },
  {
    flags: '--secrets <place>',
    description: 'ssm:/PREFIX for secrets in Parameter Store (default: a folder in --data)',
  },
  { flags: '--terraform <program>', description: 'the program (default: terraform)' },
];

export const DEPLOYMENT_VARIABLES: readonly VariableSpec[] = [
  { name: 'PROVIDER_SYNC_DEPLOYMENTS', description: 'as --data' },
  { name: 'PROVIDER_SYNC_REQUESTS', description: 'as --requests' },
  { name: 'PROVIDER_SYNC_STORE', description: 'as --store' },
  { name: 'PROVIDER_SYNC_KINDS', description: 'as --kinds' },
  { name: 'PROVIDER_SYNC_MIRROR', description: 'as --mirror' },
  { name: 'PROVIDER_SYNC_SECRETS', description: 'as --secrets' },
  {
    name: 'PROVIDER_SYNC_STORE_KEY',
    description:
      'ARN of the KMS key for --store and --secrets in AWS (default: the bucket’s and the account’s)',
  },
  ...LEDGER_VARIABLES,
];

export interface DeploymentSettings extends OutputSettings {
  readonly data: string;
  /** A file, or the name of a table in DynamoDB. */
  readonly requests: { readonly file: string } | { readonly table: string };
  readonly ledger: string;
  readonly kinds: string;
  readonly store: { readonly bucket: string; readonly prefix: string } | undefined;
}

export interface RunnerSettings extends DeploymentSettings {
  readonly mirror: ProviderMirror;
  /** Below which parameters secrets lie; undefined where they lie in --data. */
  readonly secrets?: string | undefined;
  readonly program: string;
}

const TABLE = /^dynamodb:\/\/([A-Za-z0-9_.-]{3,255})$/;
const PARAMETERS = /^ssm:((?:\/[A-Za-z0-9_.-]+){1,10})$/;
/** `s3://BUCKET/PREFIX`: bucket and prefix, which may have slashes at its end. */
export const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/;

export function readDeploymentSettings(reader: SettingsReader, environment: Environment): DeploymentSettings {
  const either = (flag: string, variable: string) => reader.option(flag) ?? reader.variable(variable);
  const data = path.resolve(either('--data', 'PROVIDER_SYNC_DEPLOYMENTS')?.value ?? defaultData(environment));
  const named = either('--requests', 'PROVIDER_SYNC_REQUESTS');
  const table = named && TABLE.exec(named.value)?.[1];
  if (named !== undefined && table === undefined) {
    reader.note({
      path: named.from,
      message: `is "${named.value}"`,
      fix: 'Write dynamodb:// and the name of a table.',
    });
  }
  const kinds = either('--kinds', 'PROVIDER_SYNC_KINDS')?.value ?? catalogue();
  const place = either('--store', 'PROVIDER_SYNC_STORE');
  const [, bucket, prefix = ''] = (place && BUCKET.exec(place.value)) ?? [];
  if (place !== undefined && bucket === undefined) {
    reader.note({
      path: place.from,
      message: `is "${place.value}"`,
      fix: 'Write s3://BUCKET or s3://BUCKET/PREFIX.',
    });
  }
  return {
    ...readOutputSettings(reader),
    data,
    requests: table === undefined ? { file: path.join(data, 'requests.sqlite') } : { table },
    ledger: readLedgerFile(reader) ?? defaultLedgerFile(environment),
    kinds: BUCKET.test(kinds) ? kinds : path.resolve(kinds),
    store: bucket === undefined ? undefined : { bucket, prefix: prefix.replace(/\/+$/, '') },
  };
}

export function readRunnerSettings(reader: SettingsReader, environment: Environment): RunnerSettings {
  const settings = readDeploymentSettings(reader, environment);
  const place = reader.option('--mirror') ?? reader.variable('PROVIDER_SYNC_MIRROR');
  const program = reader.option('--terraform')?.value ?? 'terraform';
  const parameters = reader.option('--secrets') ?? reader.variable('PROVIDER_SYNC_SECRETS');
  const secrets = parameters && PARAMETERS.exec(parameters.value)?.[1];
  if (parameters !== undefined && secrets === undefined) {
    reader.note({ path: parameters.from, message: `is "${parameters.value}"`, fix: 'Write ssm:/PREFIX.' });
  }
  if (place === undefined) {
    reader.note({
      path: '--mirror',
      message: 'is missing',
      fix: 'Name the mirror that the synchronizer fills: a folder, or an https address.',
    });
  }
  const value = place?.value ?? '';
  if (!/^[a-z]+:\/\//.test(value))
    return { ...settings, program, secrets, mirror: { kind: 'folder', path: path.resolve(value) } };
  if (!value.startsWith('https://')) {
    reader.note({
      path: place?.from ?? '--mirror',
      message: `is "${value}"`,
      fix: 'Terraform reads a mirror over https alone.',
    });
  }
  const url = `${value.replace(/\/+$/, '')}/`;
  return { ...settings, program, secrets, mirror: { kind: 'network', url } };
}

function defaultData(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'];
  const folder =
    state !== undefined && path.isAbsolute(state)
      ? state
      : path.join(environment['HOME'] ?? homedir(), '.local', 'state');
  return path.join(folder, 'provider-sync', 'deployments');
}

/** The catalogue that lies beside this program, in its sources as in its package. */
export function catalogue(): string {
  for (const up of ['..', '../..', '../../..']) {
    const folder = fileURLToPath(new URL(`${up}/terraform/kinds`, import.meta.url));
    if (existsSync(folder)) return folder;
  }
  return 'terraform/kinds';
}

/** The operand that every command about one deployment has. */
export function requireOperand(operands: readonly string[], index = 0): string {
  const operand = operands[index];
  if (operand !== undefined) return operand;
  throw new SyncError('InternalError', 'An argument is missing, and nothing said so.');
}

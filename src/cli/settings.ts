import { parseHostList, parseHttpAddress } from '../adapters/http/address.ts';
import { readCaBundle } from '../adapters/local/ca-bundle.ts';
import { createEnvironmentTokenSource, createFileTokenSource } from '../adapters/local/token-sources.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Invocation } from './command-spec.ts';
import type { Setting, SettingsReader } from './settings-reader.ts';

const DEFAULT_ADDRESS = 'https://app.terraform.io';
const MAX_CONCURRENCY = 100;

export interface OutputSettings {
  readonly json: boolean;
  /** A JSON document a line: every event as it happens, and the result. */
  readonly jsonLines: boolean;
  readonly quiet: boolean;
}

export interface NetworkSettings {
  /** PEM text. */
  readonly caBundle: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly noProxy: string | undefined;
  /** Hosts that may have a private address, beside the registries' own. */
  readonly allowedHosts: readonly string[];
}

export interface UpstreamSettings {
  /** The base URL that stands for the default hostname. */
  readonly registry: string | undefined;
}

export interface DestinationSettings {
  readonly address: string;
  readonly organization: string;
  readonly token: TokenSource;
}

export function readOutputSettings(reader: SettingsReader): OutputSettings {
  const [json, jsonLines] = [reader.switchedOn('--json'), reader.switchedOn('--json-lines')];
  if (json && jsonLines) {
    const fix = 'Give --json for one document at the end, or --json-lines for one on every line.';
    reader.note({ path: '--json-lines', message: 'does not go with --json', fix });
  }
  return { json, jsonLines, quiet: reader.switchedOn('--quiet') };
}

/** The argument, or --config, or ./config.json. */
export function readConfigPath(reader: SettingsReader, { operands }: Invocation): string {
  const [argument] = operands;
  const option = reader.option('--config');
  if (argument !== undefined && option !== undefined && argument !== option.value) {
    const message = `names "${option.value}", but the argument names "${argument}"`;
    reader.note({ path: option.from, message, fix: 'Give one of the two.' });
  }
  return argument ?? option?.value ?? './config.json';
}

export function readConcurrency(reader: SettingsReader): number | undefined {
  const setting = reader.option('--concurrency');
  if (setting === undefined) return undefined;
  return readWholeNumber(reader, setting, 1, MAX_CONCURRENCY);
}

export function readWholeNumber(
  reader: SettingsReader,
  { value, from }: Setting,
  least: number,
  most: number,
): number | undefined {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  reader.note({ path: from, message: `is "${value}"`, fix: `Give a whole number from ${least} to ${most}.` });
  return undefined;
}

export async function readNetworkSettings(reader: SettingsReader): Promise<NetworkSettings> {
  const bundle = reader.option('--ca-bundle') ?? reader.variable('PROVIDER_SYNC_CA_BUNDLE');
  const hosts = reader.option('--allow-host') ?? reader.variable('PROVIDER_SYNC_HOSTS');
  return {
    caBundle: bundle && (await reader.attempt(bundle.from, () => readCaBundle(bundle.value))),
    httpsProxy: reader.variable('HTTPS_PROXY', 'https_proxy')?.value,
    noProxy: reader.variable('NO_PROXY', 'no_proxy')?.value,
    allowedHosts: (hosts && (await reader.attempt(hosts.from, () => parseHostList(hosts.value)))) ?? [],
  };
}

export async function readUpstreamSettings(reader: SettingsReader): Promise<UpstreamSettings> {
  const registry = reader.option('--registry');
  return { registry: registry && (await readAddress(reader, registry)) };
}

/** Also reads the token once, so that an unreadable one is found before anything is touched. */
export async function readDestinationSettings(
  reader: SettingsReader,
  { io }: Invocation,
): Promise<DestinationSettings | undefined> {
  const address = await readAddressSetting(reader);
  const organization = readOrganization(reader);
  const token = readTokenSource(reader, io.environment, (message) =>
    io.stderr.write(`Warning: ${message}\n`),
  );
  if (token !== undefined) await reader.attempt(token.from, () => token.source.read());
  if (address === undefined || organization === undefined || token === undefined) return undefined;
  return { address, organization, token: token.source };
}

/** Letters, digits, "-" and "_" are all that an organization's name may have. */
export function readOrganizationName(reader: SettingsReader, { value, from }: Setting): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value)) return value;
  const fix = 'Give the organization’s name as it stands in its URL: letters, digits, "-" and "_".';
  reader.note({ path: from, message: `is "${value}"`, fix });
  return undefined;
}

/** The organization that every private registry without one of its own means. */
export function readOrganization(reader: SettingsReader): string | undefined {
  const setting = reader.option('--organization') ?? reader.variable('TFC_ORGANIZATION');
  if (setting !== undefined) return readOrganizationName(reader, setting);
  reader.note({
    path: 'TFC_ORGANIZATION',
    message: 'is not set',
    fix: 'Set it, or give --organization: the organization whose private registry is supplied.',
  });
  return undefined;
}

/** The token that every private registry without one of its own means, not yet read. */
export function readTokenSource(
  reader: SettingsReader,
  environment: Invocation['io']['environment'],
  warn: (message: string) => void,
): { readonly source: TokenSource; readonly from: string } | undefined {
  const file = reader.option('--token-file');
  if (file !== undefined)
    return { source: createFileTokenSource({ path: file.value, warn }), from: file.from };
  if (reader.variable('TFC_TOKEN') !== undefined) {
    return { source: createEnvironmentTokenSource(environment, 'TFC_TOKEN'), from: 'TFC_TOKEN' };
  }
  const named = reader.variable('TFC_TOKEN_FILE');
  if (named !== undefined)
    return { source: createFileTokenSource({ path: named.value, warn }), from: named.from };
  reader.note({
    path: 'TFC_TOKEN',
    message: environment['TFC_TOKEN'] === undefined ? 'is not set' : 'is empty',
    fix: 'Set it to the API token, or name a file that holds it with --token-file or TFC_TOKEN_FILE.',
  });
  return undefined;
}

/** The address that every private registry without one of its own means, without a slash at its end. */
export async function readAddressSetting(reader: SettingsReader): Promise<string | undefined> {
  const setting = reader.option('--address') ?? reader.variable('TFC_ADDRESS');
  return setting === undefined ? DEFAULT_ADDRESS : await readAddress(reader, setting);
}

/** The address without a slash at its end. */
async function readAddress(reader: SettingsReader, { value, from }: Setting): Promise<string | undefined> {
  const url = await reader.attempt(from, () => parseHttpAddress(value));
  return url?.href.replace(/\/+$/, '');
}

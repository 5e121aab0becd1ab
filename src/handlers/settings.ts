import { hostOf, parseHostList, parseHttpAddress } from '../adapters/http/address.ts';
import { SyncError } from '../domain/errors.ts';
import { type ConsolePlace, placeOfArn } from '../domain/notification/console-links.ts';
import { DEFAULT_HOSTNAME } from '../domain/provider/address.ts';
import {
  DEFAULT_RETENTION_POLICY,
  parseRetentionPolicy,
  type RetentionPolicy,
} from '../domain/retention/policy.ts';
import type { EnvironmentReader } from './environment.ts';

const DEFAULT_ADDRESS = 'https://app.terraform.io';

export interface DestinationSettings {
  readonly organization: string;
  readonly address: string;
  readonly tokenSecretName: string;
  readonly caBundleSecretName: string | undefined;
}

export interface NotificationSettings {
  readonly topicArn: string;
  readonly place: ConsolePlace;
}

export interface CleanupSettings {
  readonly policy: RetentionPolicy;
  readonly dryRun: boolean;
}

export function readDestination(reader: EnvironmentReader): DestinationSettings {
  return {
    organization: reader.required('TFC_ORGANIZATION'),
    address: readAddress(reader, 'TFC_ADDRESS') ?? DEFAULT_ADDRESS,
    tokenSecretName: reader.required('TFC_TOKEN_SECRET_NAME'),
    caBundleSecretName: reader.optional('CA_BUNDLE_SECRET_NAME'),
  };
}

/** What stands for the public registry's hostname: nothing but that itself unless the variable is set. */
export function readUpstreamAddresses(reader: EnvironmentReader): Readonly<Record<string, string>> {
  const address = readAddress(reader, 'PUBLIC_REGISTRY_ADDRESS');
  return address === undefined ? {} : { [DEFAULT_HOSTNAME]: address };
}

/** Hosts that may have a private address: the registry of each side, where it is named, and those that are allowed. */
export function readAllowedHosts(
  reader: EnvironmentReader,
): Readonly<Record<'upstream' | 'destination', readonly string[]>> {
  const allowed = reader.parsed<readonly string[]>('ALLOWED_HOSTS', [], parseHostList);
  const including = (address: string | undefined) =>
    address === undefined ? allowed : [...allowed, hostOf(new URL(address))];
  return {
    upstream: including(readAddress(reader, 'PUBLIC_REGISTRY_ADDRESS')),
    destination: including(readAddress(reader, 'TFC_ADDRESS') ?? DEFAULT_ADDRESS),
  };
}

/** Registries that a config may name; undefined when any may be named. */
export function readAllowedHostnames(reader: EnvironmentReader): readonly string[] | undefined {
  return reader.parsed<readonly string[] | undefined>('ALLOWED_HOSTNAMES', undefined, parseHostList);
}

/** What the functions' way out leads through; nothing is set when there is no proxy. */
export function readProxy(
  reader: EnvironmentReader,
): { readonly httpsProxy: string; readonly noProxy?: string } | undefined {
  const httpsProxy = reader.optional('HTTPS_PROXY');
  const noProxy = reader.optional('NO_PROXY');
  return httpsProxy === undefined ? undefined : { httpsProxy, ...(noProxy !== undefined && { noProxy }) };
}

/** Undefined when the variable is not set. */
function readAddress(reader: EnvironmentReader, name: string): string | undefined {
  return reader.parsed<string | undefined>(name, undefined, (text) => parseHttpAddress(text).href);
}

export function readNotification(reader: EnvironmentReader): NotificationSettings {
  const topicArn = reader.required('SNS_TOPIC_ARN');
  const nowhere = { partition: 'aws', region: '' };
  const place = reader.parsed<ConsolePlace>('SNS_TOPIC_ARN', nowhere, (arn) => {
    const found = placeOfArn(arn);
    if (found !== undefined) return found;
    throw new SyncError('SettingsInvalid', `"${arn}" is not the ARN of a topic`);
  });
  return { topicArn, place };
}

const RETENTION_VARIABLES = {
  keep: 'KEEP_VERSION_COUNT',
  keepMajors: 'KEEP_MAJORS',
  minimumAgeDays: 'MINIMUM_AGE_DAYS',
  incompleteOlderThanDays: 'INCOMPLETE_OLDER_THAN_DAYS',
  scope: 'CLEANUP_SCOPE',
  maxShare: 'CLEANUP_MAX_SHARE',
  maxCount: 'CLEANUP_MAX_COUNT',
} as const;

export function readCleanup(reader: EnvironmentReader): CleanupSettings {
  const values = Object.entries(RETENTION_VARIABLES).map(([name, variable]) => [
    name,
    reader.optional(variable),
  ]);
  return {
    policy: reader.attempt(DEFAULT_RETENTION_POLICY, () =>
      parseRetentionPolicy(Object.fromEntries(values), RETENTION_VARIABLES),
    ),
    // A value that is neither is refused: taken for "false" it would delete what somebody wanted to look at.
    dryRun: reader.parsed('DRY_RUN', false, (text) => {
      if (text === 'true' || text === 'false') return text === 'true';
      throw new SyncError('SettingsInvalid', `"${text}" is neither true nor false`);
    }),
  };
}

import { createEnvironmentTokenSource } from '../adapters/local/token-sources.ts';
import type { SyncConfig } from '../domain/config/config.ts';
import type { DestinationEntry, MirrorLocation } from '../domain/config/destinations.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Invocation } from './command-spec.ts';
import {
  type DestinationSettings,
  readAddressSetting,
  readDestinationSettings,
  readOrganization,
  readTokenSource,
} from './settings.ts';
import type { SettingsReader } from './settings-reader.ts';

/** A destination of the config with everything that it needs from the environment. */
export type DestinationPlace =
  | ({ readonly kind: 'private-registry'; readonly name: string | undefined } & DestinationSettings)
  | {
      readonly kind: 'network-mirror';
      readonly name: string;
      readonly location: MirrorLocation;
      /** Whether a sync writes a catalogue beside it. */
      readonly catalogue?: boolean;
    }
  | {
      readonly kind: 'oci-mirror';
      readonly name: string;
      readonly repository: string;
      readonly createRepositories: boolean;
    };

/**
 * The settings of every destination that a provider goes to; of the one private registry when the config names
 * none. What is missing or wrong is noted with the reader; undefined then.
 */
export async function readDestinationPlaces(
  reader: SettingsReader,
  invocation: Invocation,
  config: SyncConfig,
): Promise<readonly DestinationPlace[] | undefined> {
  const { destinations } = config;
  if (destinations === undefined) {
    const settings = await readDestinationSettings(reader, invocation);
    return settings && [{ kind: 'private-registry', name: undefined, ...settings }];
  }
  const places: (DestinationPlace | undefined)[] = [];
  for (const entry of destinations.filter((each) => isUsed(each, config))) {
    places.push(await placeOf(reader, invocation, entry));
  }
  const complete = places.filter((place) => place !== undefined);
  return complete.length === places.length ? complete : undefined;
}

function isUsed({ name }: DestinationEntry, { providers }: SyncConfig): boolean {
  return providers.some(({ destinations }) => destinations === undefined || destinations.includes(name));
}

async function placeOf(
  reader: SettingsReader,
  invocation: Invocation,
  entry: DestinationEntry,
): Promise<DestinationPlace | undefined> {
  const { name, kind } = entry;
  if (kind === 'network-mirror') {
    const { location, catalogue } = entry;
    return { kind, name, location, catalogue };
  }
  if (kind === 'oci-mirror') {
    const { repository, createRepositories } = entry;
    return { kind, name, repository, createRepositories };
  }
  const address = entry.address ?? (await readAddressSetting(reader));
  const organization = entry.organization ?? readOrganization(reader);
  const token = await readToken(reader, invocation, entry);
  if (address === undefined || organization === undefined || token === undefined) return undefined;
  return { kind, name, address, organization, token };
}

/** The entry's own variable; what every private registry without one uses otherwise. */
async function readToken(
  reader: SettingsReader,
  { io }: Invocation,
  { path, tokenVariable }: Extract<DestinationEntry, { kind: 'private-registry' }>,
): Promise<TokenSource | undefined> {
  if (tokenVariable === undefined) {
    const token = readTokenSource(reader, io.environment, (message) =>
      io.stderr.write(`Warning: ${message}\n`),
    );
    if (token !== undefined) await reader.attempt(token.from, () => token.source.read());
    return token?.source;
  }
  if (reader.variable(tokenVariable) === undefined) {
    reader.note({
      path: tokenVariable,
      message: 'is not set',
      fix: `Set it to the API token of the destination at ${path}.`,
    });
    return undefined;
  }
  const source = createEnvironmentTokenSource(io.environment, tokenVariable);
  await reader.attempt(tokenVariable, () => source.read());
  return source;
}

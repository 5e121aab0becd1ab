import type { Invocation } from '../command-spec.ts';
import { composeDestination, type PrivateRegistryAccess } from '../composition.ts';
import { jsonDocument } from '../json-output.ts';
import { createProgressDisplay } from '../progress/display.ts';
import {
  type DestinationSettings,
  type NetworkSettings,
  type OutputSettings,
  readDestinationSettings,
  readNetworkSettings,
  readOutputSettings,
} from '../settings.ts';
import type { SettingsReader } from '../settings-reader.ts';
import {
  DESTINATION_OPTIONS,
  DESTINATION_VARIABLES,
  NETWORK_OPTIONS,
  NETWORK_VARIABLES,
  OUTPUT_OPTIONS,
} from '../shared-options.ts';

/** What the commands about the organization's own keys have in common. */
export const ORGANIZATION_OPTIONS = [...DESTINATION_OPTIONS, ...NETWORK_OPTIONS, ...OUTPUT_OPTIONS];
export const ORGANIZATION_VARIABLES = [...DESTINATION_VARIABLES, ...NETWORK_VARIABLES];

export interface OrganizationSettings extends OutputSettings {
  readonly network: NetworkSettings;
  readonly destination: DestinationSettings;
}

/** Throws ArgumentsInvalid or SettingsInvalid with everything that is wrong. */
export async function readOrganizationSettings(
  reader: SettingsReader,
  invocation: Invocation,
): Promise<OrganizationSettings> {
  const output = readOutputSettings(reader);
  const network = await readNetworkSettings(reader);
  const destination = await readDestinationSettings(reader, invocation);
  return { ...output, network, destination: reader.requireSound(destination) };
}

export async function withDestination<R>(
  { io, signal }: Invocation,
  { destination, network, quiet }: OrganizationSettings,
  use: (destination: PrivateRegistryAccess) => Promise<R>,
): Promise<R> {
  using reporter = createProgressDisplay(io, { quiet });
  await using composed = composeDestination({ ...destination, network }, { reporter, signal });
  return await use(composed);
}

/** Shows `document` with --json, `text` otherwise, nothing when quiet. */
export function tell(
  { io }: Invocation,
  { json, quiet }: OutputSettings,
  document: object,
  text: () => string,
): void {
  if (json) io.stdout.write(jsonDocument(document));
  else if (!quiet) io.stdout.write(`${text()}\n`);
}

import {
  fetchSigningKeys,
  type OrganizationForm,
  organizationForms,
} from '../../application/keys/signing-keys.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { SigningKeyInfo } from '../../domain/integrity/signing-key.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { formatAddress, type ProviderAddress, parseAddress } from '../../domain/provider/address.ts';
import { parseRequestedVersion } from '../../domain/provider/requested-version.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { composeUpstream, systemClock } from '../composition.ts';
import { createProgressDisplay } from '../progress/display.ts';
import {
  keyDocument,
  organizationFormDocument,
  renderKey,
  renderOrganizationForm,
} from '../render/signing-keys.ts';
import {
  type DestinationSettings,
  readDestinationSettings,
  readNetworkSettings,
  readOutputSettings,
  readUpstreamSettings,
} from '../settings.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import { UPSTREAM_OPTIONS } from '../shared-options.ts';
import { ORGANIZATION_OPTIONS, ORGANIZATION_VARIABLES, tell, withDestination } from './keys-run.ts';

export const fetchKeysCommand: CommandSpec = {
  name: 'fetch',
  summary: 'show the keys a public registry lists for a provider',
  description:
    'Shows the signing keys the public registry lists beside a provider’s packages, with fingerprints, algorithm, ' +
    'subkeys and expiry. Compare a fingerprint with the publisher’s own word before pinning it as "gpg-key-id". ' +
    'Where an organization and its token are given too, it says how the organization’s form of each key differs.',
  argument: {
    term: '<NAMESPACE/TYPE>',
    description: 'the provider, such as hashicorp/aws or HOST/NAMESPACE/TYPE',
  },
  options: [
    { flags: '--version <version>', description: 'a version or a constraint (default: the newest)' },
    ...UPSTREAM_OPTIONS,
    ...ORGANIZATION_OPTIONS,
  ],
  variables: ORGANIZATION_VARIABLES,
  examples: [
    'provider-sync keys fetch hashicorp/aws',
    "provider-sync keys fetch integrations/github --version '~> 6.0'",
  ],
  async run(invocation) {
    const { io } = invocation;
    const settings = await readFetchSettings(invocation);
    const fetched = await fetchFrom(invocation, settings);
    const compared = await compareWithOrganization(invocation, settings, fetched.keys);
    const address = formatAddress(settings.address);
    const { version, keys, unreadable } = fetched;
    const documents = keys.map((key) => ({
      ...keyDocument(key),
      ...(compared && { organizationForm: organizationFormDocument(compared.forms.get(key.keyId)) }),
    }));
    tell(invocation, settings, { address, version, keys: documents, unreadable }, () => {
      const now = systemClock.now();
      const shown = keys.flatMap((key) => {
        const own = renderKey(key, now, io.stdout);
        if (compared === undefined) return [own];
        const place = { organization: compared.organization, keyId: key.keyId };
        return [own, renderOrganizationForm(place, compared.forms.get(key.keyId), now, io.stdout)];
      });
      const heading = `${address} ${version} is published with:`;
      const others = unreadable.map(({ keyId, problem }) => `Key ${printable(keyId)}: ${problem}`);
      return [heading, ...shown, ...others].join('\n\n');
    });
    return 0;
  },
};

type FetchSettings = Awaited<ReturnType<typeof readFetchSettings>>;

async function fetchFrom({ io, signal }: Invocation, settings: FetchSettings) {
  using reporter = createProgressDisplay(io, settings);
  const upstream = { ...settings.upstream, network: settings.network };
  await using source = composeUpstream(upstream, { reporter, signal });
  return await fetchSigningKeys(source, settings.address, settings.version);
}

/** The comparison is extra: that the organization cannot be read is a warning, and the keys are shown. */
async function compareWithOrganization(
  invocation: Invocation,
  { destination, ...settings }: FetchSettings,
  keys: readonly SigningKeyInfo[],
): Promise<
  { readonly organization: string; readonly forms: ReadonlyMap<string, OrganizationForm> } | undefined
> {
  if (destination === undefined) return undefined;
  try {
    const forms = await withDestination(invocation, { ...settings, destination }, (access) =>
      organizationForms(access, keys),
    );
    return { organization: destination.organization, forms };
  } catch (error) {
    if (invocation.signal.aborted) throw error;
    invocation.io.stderr.write(
      `Warning: not compared with the organization’s keys. ${toSyncError(error).message}\n`,
    );
    return undefined;
  }
}

async function readFetchSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const settings = {
    ...readOutputSettings(reader),
    version: readVersion(reader),
    network: await readNetworkSettings(reader),
    upstream: await readUpstreamSettings(reader),
    destination: await readOptionalDestination(reader, invocation),
  };
  return { ...settings, address: reader.requireSound(readAddress(reader, invocation)) };
}

/**
 * What options say of the organization must be right. The environment is often set for other commands: where it does
 * not name an organization and a token that can be read, there is no comparison.
 */
async function readOptionalDestination(
  reader: SettingsReader,
  invocation: Invocation,
): Promise<DestinationSettings | undefined> {
  const given = ['--address', '--organization', '--token-file'].some(
    (flag) => reader.option(flag) !== undefined,
  );
  if (given) return await readDestinationSettings(reader, invocation);
  const quiet = createSettingsReader({ ...invocation, problems: [] });
  const settings = await readDestinationSettings(quiet, invocation);
  try {
    return quiet.requireSound(settings);
  } catch {
    return undefined;
  }
}

function readVersion(reader: SettingsReader): string | undefined {
  const setting = reader.option('--version');
  const parsed = parseRequestedVersion(setting?.value);
  if ('problem' in parsed) {
    const { problem, fix } = parsed;
    reader.note({ path: '--version', message: problem, ...(fix === undefined ? {} : { fix }) });
  }
  return setting?.value;
}

/** The grammar notes a missing argument; a malformed one is noted here. */
function readAddress(reader: SettingsReader, { operands }: Invocation): ProviderAddress | undefined {
  const [text] = operands;
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address === undefined) {
    reader.note({ path: 'NAMESPACE/TYPE', message: `is "${text}"`, fix: 'Give it as in hashicorp/aws.' });
  }
  return address;
}

import { fetchSigningKeys } from '../../application/keys/signing-keys.ts';
import { formatAddress, type ProviderAddress, parseAddress } from '../../domain/provider/address.ts';
import { parseRequestedVersion } from '../../domain/provider/requested-version.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { composeUpstream, systemClock } from '../composition.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { keyDocument, renderKey } from '../render/signing-keys.ts';
import { readNetworkSettings, readOutputSettings, readUpstreamSettings } from '../settings.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import { NETWORK_OPTIONS, NETWORK_VARIABLES, OUTPUT_OPTIONS, UPSTREAM_OPTIONS } from '../shared-options.ts';
import { tell } from './keys-run.ts';

export const fetchKeysCommand: CommandSpec = {
  name: 'fetch',
  summary: 'show the keys a public registry lists for a provider',
  description:
    'Shows the signing keys the public registry lists beside a provider’s packages, with fingerprints and ' +
    'expiry. Compare a fingerprint with the publisher’s own word before pinning it as "gpg-key-id".',
  argument: {
    term: '<NAMESPACE/TYPE>',
    description: 'the provider, such as hashicorp/aws or HOST/NAMESPACE/TYPE',
  },
  options: [
    { flags: '--version <version>', description: 'a version or a constraint (default: the newest)' },
    ...UPSTREAM_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OUTPUT_OPTIONS,
  ],
  variables: NETWORK_VARIABLES,
  examples: [
    'provider-sync keys fetch hashicorp/aws',
    "provider-sync keys fetch integrations/github --version '~> 6.0'",
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readFetchSettings(invocation);
    using reporter = createProgressDisplay(io, settings);
    const upstream = { ...settings.upstream, network: settings.network };
    await using source = composeUpstream(upstream, { reporter, signal });
    const { version, keys } = await fetchSigningKeys(source, settings.address, settings.version);
    const address = formatAddress(settings.address);
    tell(invocation, settings, { address, version, keys: keys.map(keyDocument) }, () => {
      const heading = `${address} ${version} is published with:`;
      return [heading, ...keys.map((key) => renderKey(key, systemClock.now(), io.stdout))].join('\n\n');
    });
    return 0;
  },
};

async function readFetchSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const settings = {
    ...readOutputSettings(reader),
    version: readVersion(reader),
    network: await readNetworkSettings(reader),
    upstream: await readUpstreamSettings(reader),
  };
  return { ...settings, address: reader.requireSound(readAddress(reader, invocation)) };
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

import { openTerraformFolder, type TerraformFolder } from '../../adapters/local/terraform-folder.ts';
import { mirrorLockEvidence } from '../../adapters/network-mirror/lock-evidence.ts';
import { createInstalledHashReader } from '../../adapters/zip/installed-hash.ts';
import { lockProviders } from '../../application/lock/lock-providers.ts';
import { storedLockEvidence } from '../../application/lock/stored-evidence.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import type { ProviderEntry, SyncConfig } from '../../domain/config/config.ts';
import { formatAddress, parseAddress } from '../../domain/provider/address.ts';
import type { Platform } from '../../domain/provider/platform.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { composeDestinations, composeMirrorStore } from '../compose-destinations.ts';
import { composeUpstream, systemClock } from '../composition.ts';
import { configSourceAt } from '../config-source.ts';
import { readDestinationPlaces } from '../destination-settings.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { LOCK_REPORT } from '../render/lock-result.ts';
import {
  readAddressSetting,
  readConfigPath,
  readNetworkSettings,
  readOrganization,
  readOutputSettings,
  readUpstreamSettings,
} from '../settings.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import {
  CONFIG_ARGUMENT,
  CONFIG_OPTION,
  DESTINATION_OPTIONS,
  NETWORK_OPTIONS,
  OUTPUT_OPTIONS,
  UPSTREAM_OPTIONS,
} from '../shared-options.ts';
import { privateSource } from '../terraform-settings.ts';
import { RUN_VARIABLES, tellResult } from './provider-run.ts';

export const lockCommand: CommandSpec = {
  name: 'lock',
  summary: 'write .terraform.lock.hcl for all platforms, from what is mirrored',
  description:
    'Writes or updates the dependency lock file of a folder: every zh: of the signed SHA256SUMS, and the h1: of ' +
    'every platform, so that "terraform init -lockfile=readonly" passes on each of them. Locks the providers that ' +
    'the module there requires or the file already has, in the version that is locked while it is held. Reads what ' +
    'the mirrors keep; downloads no package from upstream.',
  argument: CONFIG_ARGUMENT,
  options: [
    { flags: '--dir <dir>', description: 'where terraform is run (default: .)' },
    {
      flags: '--platform <os_arch>',
      description: 'lock these platforms instead of the config’s; may be given several times',
      repeatable: true,
    },
    { flags: '--private', description: 'lock the private registry’s addresses of the providers as well' },
    { flags: '--upgrade', description: 'lock the newest version that is held and asked for' },
    { flags: '--all', description: 'lock every provider of the config, required or not' },
    CONFIG_OPTION,
    ...DESTINATION_OPTIONS,
    ...UPSTREAM_OPTIONS,
    ...NETWORK_OPTIONS,
    ...OUTPUT_OPTIONS,
  ],
  variables: RUN_VARIABLES,
  examples: ['provider-sync lock', 'provider-sync lock --dir stacks/network --platform linux_amd64'],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readLockSettings(invocation);
    const { config, folder, network } = settings;
    using reporter = createProgressDisplay(io, settings, signal);
    const context = { reporter, signal };
    await using source = composeUpstream({ ...settings.upstream, network }, context);
    const read = settings.places.filter(({ kind }) => kind !== 'network-mirror');
    await using target = await composeDestinations(
      { config, destinations: read, network, environment: io.environment },
      context,
    );
    const ports = { publicRegistry: source.publicRegistry, events: reporter, clock: systemClock };
    const hashes = createInstalledHashReader();
    const mirrors = settings.places.flatMap((place) => (place.kind === 'network-mirror' ? [place] : []));
    const result = await lockProviders(
      {
        mirrors: await Promise.all(
          mirrors.map(async ({ name, location }) =>
            mirrorLockEvidence(name, await composeMirrorStore(location, io.environment), systemClock),
          ),
        ),
        others: target.destinations.map((destination) => storedLockEvidence(ports, destination, hashes)),
      },
      config,
      {
        file: folder.file,
        only: settings.all ? undefined : wantedAddresses(folder),
        platforms: settings.platforms,
        aliases: settings.aliases,
        upgrade: settings.upgrade,
      },
    );
    if (result.text !== undefined) await folder.write(result.text);
    const { text, ...told } = result;
    return tellResult(
      io,
      settings,
      { file: folder.lockPath, written: text !== undefined, ...told },
      LOCK_REPORT,
    );
  },
};

async function readLockSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const dir = reader.option('--dir')?.value ?? '.';
  const platform = reader.option('--platform');
  const flags = {
    ...readOutputSettings(reader),
    all: reader.switchedOn('--all'),
    upgrade: reader.switchedOn('--upgrade'),
    network: await readNetworkSettings(reader),
    upstream: await readUpstreamSettings(reader),
    platforms: platform && platformsOf(reader, platform.value),
  };
  const configPath = readConfigPath(reader, invocation);
  const config = await readConfig({ configSource: configSourceAt(invocation.io, configPath) });
  const aliases = reader.switchedOn('--private') ? await readAliases(reader, config) : () => [];
  const places = await readDestinationPlaces(reader, invocation, withoutNeedless(config));
  const sound = reader.requireSound(places);
  return { ...flags, config, aliases, places: sound, folder: await openTerraformFolder(dir) };
}

function platformsOf(reader: SettingsReader, text: string): readonly Platform[] {
  return text.split(',').flatMap((each) => {
    const [, os, arch] = /^([a-z0-9]+)_([a-z0-9]+)$/.exec(each.trim()) ?? [];
    if (os !== undefined && arch !== undefined) return [{ os, arch }];
    reader.note({ path: '--platform', message: `is "${each}"`, fix: 'Write it as in linux_amd64.' });
    return [];
  });
}

function goesTo({ destinations }: ProviderEntry, name: string): boolean {
  return destinations === undefined || destinations.includes(name);
}

/** Where a mirror keeps the hashes of a provider, nothing else is asked for it, and needs no token. */
function withoutNeedless(config: SyncConfig): SyncConfig {
  const mirrors = config.destinations?.filter(({ kind }) => kind === 'network-mirror') ?? [];
  const destinations = config.destinations?.filter(
    ({ name, kind }) =>
      kind === 'network-mirror' ||
      config.providers.some(
        (entry) => goesTo(entry, name) && !mirrors.some((mirror) => goesTo(entry, mirror.name)),
      ),
  );
  return { ...config, destinations };
}

/** What the providers are called in the private registries that they go to. */
async function readAliases(reader: SettingsReader, config: SyncConfig) {
  const named = config.destinations?.filter((each) => each.kind === 'private-registry') ?? [
    { name: undefined, address: undefined, organization: undefined },
  ];
  const registries: { readonly name: string | undefined; source: (type: string) => string }[] = [];
  for (const { name, ...entry } of named) {
    const address = entry.address ?? (await readAddressSetting(reader));
    const organization = entry.organization ?? readOrganization(reader);
    if (address === undefined || organization === undefined) continue;
    registries.push({ name, source: (type) => privateSource(address, organization, type) });
  }
  return (entries: readonly ProviderEntry[]) =>
    registries
      .filter(({ name }) => name === undefined || entries.some((entry) => goesTo(entry, name)))
      .map(({ source }) => source(entries[0]?.address.type ?? ''));
}

/** An entry that the module does not require would make `init -lockfile=readonly` fail. */
function wantedAddresses({ file, required }: TerraformFolder): ReadonlySet<string> | undefined {
  if (file === undefined && required === undefined) return undefined;
  const locked = file?.entries.map(({ address }) => address) ?? [];
  const tofu = file?.text.includes('"tofu init"') === true;
  const host = tofu ? 'registry.opentofu.org/' : '';
  const needed = (required ?? []).flatMap((source) => {
    const whole = source.split('/').length === 2 ? `${host}${source}` : source;
    const address = parseAddress(whole);
    return address === undefined ? [] : [formatAddress(address)];
  });
  return new Set([...locked, ...needed]);
}

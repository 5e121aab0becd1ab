import pLimit from 'p-limit';
import { EMPTY_RECORD, RECORD_EVENTS, readRecord } from '../../domain/admission/record.ts';
import type { LedgerFacts, ProviderFacts } from '../../domain/catalogue/facts.ts';
import type { HeldVersion } from '../../domain/catalogue/held.ts';
import { VERSION_EVENTS } from '../../domain/catalogue/version-record.ts';
import type { ProviderEntry, SyncConfig } from '../../domain/config/config.ts';
import { isSyncError, toSyncError } from '../../domain/errors.ts';
import { eventType } from '../../domain/events/types/schema.ts';
import { formatAddress, type ProviderAddress, parseAddress } from '../../domain/provider/address.ts';
import { completenessOf, type HeldProvider } from '../../domain/retention/listed.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { CataloguePorts, ShownDestination } from './ports.ts';

export interface GatheredFacts {
  /** One a provider that the config names or a destination holds, in no order. */
  readonly providers: readonly ProviderFacts[];
  /** By a destination's place: why it could not be read. */
  readonly unread: ReadonlyMap<number, string>;
  readonly missing: readonly string[];
}

const PROVIDERS_AT_ONCE = 8;

const TYPES = [...new Set([...VERSION_EVENTS, ...RECORD_EVENTS])].map(eventType);

/** What each destination calls a provider, by the destination's place. */
type Held = Map<number, HeldProvider>;

/**
 * Gathers what destinations, ledger and upstream know. What cannot be read is said to be missing and harms nothing
 * else; only the ledger's own errors are thrown.
 */
export async function gatherFacts(ports: CataloguePorts, config: SyncConfig): Promise<GatheredFacts> {
  const { destinations, ledger, publicRegistry } = ports;
  const unread = new Map<number, string>();
  const held = new Map<string, Held>();
  await Promise.all(
    destinations.map(async (destination, place) => {
      try {
        for (const provider of await destination.store.listProviders()) {
          const address = provider.own ? addressAt(destination, provider, config) : undefined;
          if (address === undefined) continue;
          const places: Held = held.get(address) ?? new Map<number, HeldProvider>();
          places.set(place, provider);
          held.set(address, places);
        }
      } catch (error) {
        unread.set(place, messageOf(error));
      }
    }),
  );
  const entries = Map.groupBy(config.providers, ({ address }) => formatAddress(address));
  const limit = pLimit(PROVIDERS_AT_ONCE);
  const providers = [...new Set([...held.keys(), ...entries.keys()])].map((address) =>
    limit(() => factsOf(ports, address, entries.get(address) ?? [], held.get(address) ?? new Map())),
  );
  return {
    providers: await Promise.all(providers),
    unread,
    missing: [
      ...(ledger === undefined
        ? [
            'No ledger was read: when versions were first seen, who let them in and what runs did is not known.',
          ]
        : []),
      ...(publicRegistry === undefined
        ? ['Upstream was not asked: which newer versions there are is not known.']
        : []),
      ...[...unread].map(
        ([place, why]) => `What ${destinations[place]?.shown.description ?? ''} holds is not known: ${why}`,
      ),
    ],
  };
}

/**
 * The original address of what a destination holds. A private registry knows a provider by its type alone: the config
 * says what it came from; what it does not name is shown as the registry's own.
 */
function addressAt(
  { store, shown }: ShownDestination,
  { address, type }: HeldProvider,
  { providers }: SyncConfig,
): string | undefined {
  if (address !== undefined) return formatAddress(address);
  const [entry] = providers.filter((each) => each.address.type === type && isDeliveredTo(each, store));
  if (entry !== undefined) return formatAddress(entry.address);
  if (shown.client.kind !== 'private-registry') return undefined;
  const own = `${shown.client.host}/${shown.client.organization.toLowerCase()}/${type}`;
  // It becomes a file's path.
  return /^[0-9a-z][0-9a-z.:-]*(?:\/[0-9a-z][0-9a-z_-]*){2}$/.test(own) ? own : undefined;
}

function isDeliveredTo({ destinations }: ProviderEntry, { name }: VersionStore): boolean {
  return destinations === undefined || destinations.includes(name);
}

async function factsOf(
  { destinations, ledger, publicRegistry }: CataloguePorts,
  address: string,
  entries: readonly ProviderEntry[],
  held: Held,
): Promise<ProviderFacts> {
  const missing: string[] = [];
  const known = entries[0]?.address ?? [...held.values()].find((each) => each.address !== undefined)?.address;
  const holdings = await Promise.all(
    destinations.map(async ({ store, shown }, place): Promise<readonly HeldVersion[] | undefined> => {
      const provider = held.get(place);
      if (provider === undefined) return [];
      try {
        return await holdingsOf(store, provider);
      } catch (error) {
        if (isSyncError(error) && error.code === 'DestinationNotFound') return [];
        missing.push(`What ${shown.description} holds of it is not known: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  return {
    address,
    original: known,
    requested: entries.map(({ requested }) => requested),
    policy: entries[0]?.policy,
    upstream: known && publicRegistry && (await upstreamOf(publicRegistry, known, missing)),
    held: holdings,
    ledger: ledger && (await ledgerFacts(ledger, address, parseAddress(address))),
    missing,
  };
}

async function holdingsOf(store: VersionStore, provider: HeldProvider): Promise<readonly HeldVersion[]> {
  if (store.holdings !== undefined) return await store.holdings(provider);
  return (await store.listVersions(provider)).map((listed) => {
    const completeness = completenessOf(listed);
    return {
      version: listed.text,
      complete: completeness === 'unknown' ? undefined : completeness === 'complete',
      since: listed.createdAt,
    };
  });
}

async function upstreamOf(
  registry: NonNullable<CataloguePorts['publicRegistry']>,
  address: ProviderAddress,
  missing: string[],
): Promise<readonly string[] | undefined> {
  try {
    return (await registry.listVersions(address)).map(({ version }) => version.canonical);
  } catch (error) {
    missing.push(`What upstream has is not known: ${messageOf(error)}`);
    return undefined;
  }
}

async function ledgerFacts(
  ledger: Ledger,
  stream: string,
  address: ProviderAddress | undefined,
): Promise<LedgerFacts> {
  if (address === undefined) return { entries: [], record: EMPTY_RECORD };
  const entries = await ledger.read(stream, { types: TYPES });
  return { entries, record: readRecord(entries) };
}

function messageOf(error: unknown): string {
  return toSyncError(error).message;
}

import pLimit from 'p-limit';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { DestinationKind } from '../../domain/delivery/plan.ts';
import { type ErrorReport, reportOf, SyncError } from '../../domain/errors.ts';
import { checkBrake } from '../../domain/retention/brake.ts';
import { decideRetention } from '../../domain/retention/decide.ts';
import type { HeldProvider, ListedVersion } from '../../domain/retention/listed.ts';
import type { RetentionBrake, RetentionPolicy } from '../../domain/retention/policy.ts';
import type { RetentionDecision } from '../../domain/retention/reasons.ts';
import { isCalled, providersInScope, type ScopedProvider } from '../../domain/retention/scope.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { keepOthersOwn } from './origin.ts';
import { createUpstreamListing, readWishes, type UpstreamListing } from './wishes.ts';

export interface CleanupPorts {
  readonly publicRegistry: Pick<PublicRegistry, 'listVersions' | 'readPackage'>;
  /** In the config's order. */
  readonly destinations: readonly VersionStore[];
  /** True where the config names its destinations: then results tell which one each provider is at. */
  readonly destinationsNamed: boolean;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface CleanupRequest {
  readonly config: SyncConfig;
  readonly policy: RetentionPolicy;
  /** Only this provider, by its type (`aws`) or by what a destination calls it, wherever it is. */
  readonly provider?: string | undefined;
  /** What the brake's limits are called where a person sets them, for messages: `--max-share`. */
  readonly brakeOptions?: Readonly<Record<keyof RetentionBrake, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a cleanup is about to do; nothing has been changed yet. */
export interface CleanupPlan {
  readonly providers: readonly PlannedProvider[];
  /** Undefined for a config that names none. */
  readonly destinations: readonly CleanedDestination[] | undefined;
  /** Why this plan may not be applied; undefined when it may. */
  readonly brake: SyncError<'RetentionBrakeApplied'> | undefined;
}

export interface CleanedDestination {
  readonly name: string;
  readonly kind: DestinationKind;
  /** Why its providers could not be listed; nothing is deleted there. */
  readonly error?: ErrorReport;
}

export interface PlannedProvider {
  readonly store: VersionStore;
  readonly provider: HeldProvider;
  /** The store's name, for a config that names its destinations. */
  readonly destination?: string;
  /** Newest first; empty when the provider lists no version, or could not be read in one of the registries. */
  readonly decisions: readonly RetentionDecision[];
  readonly remark?: string;
  readonly error?: ErrorReport;
}

/** Providers that are read side by side: most of the time goes into waiting for the registries. */
const PROVIDERS_AT_ONCE = 5;

/**
 * Reads every provider in scope at every destination, what the config asks for in the public registry too, and
 * decides each of its versions. A destination that cannot be listed is told in the plan and never stops the others;
 * the error of an only one is thrown. Throws also ProviderNotFound, ListingIncomplete when a private registry lists no
 * provider at all, and the signal's SyncError (else Interrupted) when it aborts.
 */
export async function planCleanup(ports: CleanupPorts, request: CleanupRequest): Promise<CleanupPlan> {
  const { policy, brakeOptions } = request;
  const now = ports.clock.now();
  const upstream = createUpstreamListing(ports.publicRegistry);
  const read = await Promise.all(ports.destinations.map((store) => readStore(store, ports, request)));
  const limit = pLimit(PROVIDERS_AT_ONCE);
  const providers = await limit.map(selectProviders(read, request), (selected) =>
    planProvider(ports, request, selected, { upstream, now }),
  );
  const loads = providers.map(({ provider, destination, decisions }) => ({
    provider: destination === undefined ? provider.name : `${provider.name} at ${destination}`,
    decisions,
  }));
  return {
    providers,
    destinations: ports.destinationsNamed
      ? read.map(({ store: { name, kind }, error }) => ({ name, kind, ...(error && { error }) }))
      : undefined,
    brake: checkBrake(loads, policy.brake, brakeOptions),
  };
}

interface ReadStore {
  readonly store: VersionStore;
  readonly held: readonly HeldProvider[];
  readonly scoped: readonly ScopedProvider[];
  readonly error?: ErrorReport;
}

async function readStore(
  store: VersionStore,
  { destinations }: CleanupPorts,
  { config, policy, signal }: CleanupRequest,
): Promise<ReadStore> {
  try {
    const held = await store.listProviders();
    if (held.length === 0 && store.kind === 'private-registry') throw emptyListing(store);
    const entries = config.providers.filter(
      (entry) => entry.destinations === undefined || entry.destinations.includes(store.name),
    );
    return { store, held, scoped: providersInScope({ held, entries, scope: policy.scope }) };
  } catch (error) {
    if (signal?.aborted) throw interruptionOf(signal.reason);
    if (destinations.length === 1) throw error;
    return { store, held: [], scoped: [], error: reportOf(error) };
  }
}

type Selected = ScopedProvider & { readonly store: VersionStore };

function selectProviders(
  read: readonly ReadStore[],
  { provider: only }: CleanupRequest,
): readonly Selected[] {
  const all = read.flatMap(({ store, scoped }) => scoped.map((each) => ({ ...each, store })));
  if (only === undefined) return all;
  const chosen = all.filter(({ provider }) => isCalled(provider, only));
  // Where a destination could not be listed, nobody knows whether it is there.
  if (chosen.length > 0 || read.some(({ error }) => error !== undefined)) return chosen;
  throw outOfScope(only, read);
}

function outOfScope(only: string, read: readonly ReadStore[]): SyncError {
  const name = only.toLowerCase();
  if (read.some(({ held }) => held.some((provider) => provider.own && isCalled(provider, only)))) {
    return new SyncError(
      'ProviderNotFound',
      `The config does not name the provider "${name}", so cleanup leaves it alone. Add it to the config, or set the scope to all.`,
    );
  }
  const where = read.map(({ store }) => store.description).join(', ');
  return new SyncError(
    'ProviderNotFound',
    `There is no provider "${name}" in ${where}. Check the name: it is the provider's type alone, such as aws.`,
  );
}

async function planProvider(
  ports: CleanupPorts,
  request: CleanupRequest,
  { store, provider, entries }: Selected,
  { upstream, now }: { readonly upstream: UpstreamListing; readonly now: Date },
): Promise<PlannedProvider> {
  const { policy, signal } = request;
  const planned = { store, provider, ...(ports.destinationsNamed && { destination: store.name }) };
  try {
    if (signal?.aborted) throw interruptionOf(signal.reason);
    const versions = await readVersions(store, provider);
    if (versions.length === 0) return { ...planned, decisions: [], ...remarkOn(store) };
    const wishes = await readWishes(upstream, entries);
    const decisions = decideRetention({ versions, policy, wishes, now });
    const [entry] = entries;
    // Under its original address a provider is what the config names; in scope all, whatever is there is meant.
    if (entry === undefined || provider.address !== undefined || policy.scope === 'all') {
      return { ...planned, decisions };
    }
    const { publicRegistry } = ports;
    const own = await keepOthersOwn({ publicRegistry, upstream, entry, versions, decisions });
    return { ...planned, decisions: own };
  } catch (error) {
    if (signal?.aborted) throw interruptionOf(signal.reason);
    return { ...planned, decisions: [], error: reportOf(error) };
  }
}

/** Perhaps a sync that was broken off, perhaps an incomplete answer: nothing to delete in either case. */
function remarkOn({ kind }: VersionStore): Pick<PlannedProvider, 'remark'> {
  // Registries of images go on listing a repository after its last deletion.
  if (kind !== 'private-registry') return {};
  return {
    remark:
      'The private registry lists no version of it. If it should have some, check what the token may read; if not, delete the provider there.',
  };
}

async function readVersions(store: VersionStore, provider: HeldProvider): Promise<readonly ListedVersion[]> {
  const versions = await store.listVersions(provider);
  const texts = new Set<string>();
  for (const { text } of versions) {
    if (texts.has(text)) {
      throw new SyncError(
        'ListingIncomplete',
        `The provider "${provider.name}" lists version "${text}" twice, so its listing changed while it was read and may miss others. Run the cleanup again.`,
      );
    }
    texts.add(text);
  }
  return versions;
}

function emptyListing({ description }: VersionStore): SyncError {
  return new SyncError(
    'ListingIncomplete',
    `The private registry answered that ${description} lists no provider. Cleanup never takes an empty listing for the truth: check the organization and what the token may read.`,
  );
}

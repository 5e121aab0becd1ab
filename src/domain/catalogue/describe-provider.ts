import { compareVersions, isPrerelease, parseVersion, type Version } from '../provider/version.ts';
import { describeVersion } from './describe-version.ts';
import type { CatalogueContext, ProviderFacts } from './facts.ts';
import { type ProviderRow, type ProviderState, type Signer, STATE_ORDER } from './form/overview.ts';
import { CATALOGUE_FORMAT } from './form/pointer.ts';
import type { ProviderDetail, VersionDetail } from './form/provider.ts';
import type { HeldVersion } from './held.ts';
import { shown } from './shown-text.ts';
import { emptyRecord, versionRecords } from './version-record.ts';

/** A provider as it is shown: its own page, and its row with what the overview pools written out. */
export interface DescribedProvider {
  readonly detail: ProviderDetail;
  readonly summary: ProviderSummary;
}

export interface ProviderSummary
  extends Omit<ProviderRow, 'detail' | 'detailSha256' | 'platforms' | 'signer'> {
  readonly platforms: readonly string[];
  readonly signer: Signer | null;
  /** When the first version upstream that is newer than the newest here was seen or published. */
  readonly behindSince: string | null;
}

/** More would make a page that nobody opens. */
const MOST_NEWER = 200;

export function describeProvider(facts: ProviderFacts, context: CatalogueContext): DescribedProvider {
  const records = versionRecords(facts.ledger?.entries ?? []);
  const held = heldByVersion(facts);
  const versions = [...new Set([...records.keys(), ...held.keys()])]
    .flatMap((text) => parseVersion(text) ?? [])
    .toSorted((a, b) => compareVersions(b, a));
  const here = versions.find(({ canonical }) => isHere(held.get(canonical)));
  const details = versions.flatMap((version) => {
    const record = records.get(version.canonical) ?? emptyRecord();
    const own = held.get(version.canonical) ?? new Map<number, HeldVersion>();
    const newestHere = here === undefined || compareVersions(version, here) > 0;
    const detail = describeVersion({ provider: facts, version, record, held: own, newestHere }, context);
    return detail === undefined ? [] : [{ detail, changed: record.changed ?? detail.times.delivered }];
  });
  const shownVersions = details.map(({ detail }) => detail);
  const newest = shownVersions.find(({ states }) => states.includes('available'));
  const newer = newerUpstream(facts, newest?.version);
  const detail: ProviderDetail = {
    format: CATALOGUE_FORMAT,
    address: facts.address,
    requested:
      facts.requested.length === 0
        ? null
        : shown([...new Set(facts.requested.map(({ text }) => text))].join(' or ')),
    newer: newer?.slice(0, MOST_NEWER).map(({ canonical }) => canonical) ?? null,
    versions: shownVersions,
    missing: facts.missing.map(shown),
  };
  const available = shownVersions.filter(({ states }) => states.includes('available'));
  const changed = details.flatMap((each) => each.changed ?? []).toSorted();
  const since = (newer ?? []).flatMap(({ canonical }) => {
    const { published = null, seen = null } = records.get(canonical) ?? {};
    return published ?? seen ?? [];
  });
  return {
    detail,
    summary: {
      address: facts.address,
      newest: newest?.version ?? null,
      versions: available.length,
      platforms: [...new Set((newest?.packages ?? []).map(({ platform }) => platform))],
      destinations: destinationsOf(shownVersions),
      signer: newest?.signer ? { keyId: newest.signer.keyId, userIds: newest.signer.userIds } : null,
      changed: changed.at(-1) ?? null,
      states: providerStates(shownVersions, newer?.length ?? 0),
      held: shownVersions.flatMap(({ version, hold }) =>
        hold === null ? [] : [{ version, until: hold.until }],
      ),
      upstream: newestStable(facts),
      behind: newer?.length ?? null,
      behindSince: since.toSorted()[0] ?? null,
      bytes: bytesOf(shownVersions),
    },
  };
}

function heldByVersion({ held }: ProviderFacts): ReadonlyMap<string, Map<number, HeldVersion>> {
  const found = new Map<string, Map<number, HeldVersion>>();
  for (const [place, versions] of held.entries()) {
    for (const version of versions ?? []) {
      const canonical = parseVersion(version.version)?.canonical;
      if (canonical === undefined) continue;
      const own = found.get(canonical) ?? new Map<number, HeldVersion>();
      own.set(place, version);
      found.set(canonical, own);
    }
  }
  return found;
}

function isHere(held: ReadonlyMap<number, HeldVersion> | undefined): boolean {
  return [...(held?.values() ?? [])].some(({ complete }) => complete !== false);
}

/** What a person would call newer: no prereleases, unless that is all there is here. */
function newerUpstream(
  { upstream }: ProviderFacts,
  newest: string | undefined,
): readonly Version[] | undefined {
  if (upstream === undefined) return undefined;
  const here = newest === undefined ? undefined : parseVersion(newest);
  return upstream
    .flatMap((text) => parseVersion(text) ?? [])
    .filter((version) => !isPrerelease(version) && (here === undefined || compareVersions(version, here) > 0))
    .toSorted((a, b) => compareVersions(b, a));
}

function newestStable({ upstream }: ProviderFacts): string | null {
  const versions = (upstream ?? []).flatMap((text) => parseVersion(text) ?? []);
  const [newest] = versions
    .filter((version) => !isPrerelease(version))
    .toSorted((a, b) => compareVersions(b, a));
  return newest?.canonical ?? null;
}

function providerStates(versions: readonly VersionDetail[], behind: number): readonly ProviderState[] {
  const states = new Set<ProviderState>(versions.flatMap((version) => version.states));
  if (behind > 0) states.add('behind');
  return STATE_ORDER.filter((state) => states.has(state));
}

function destinationsOf(versions: readonly VersionDetail[]): readonly number[] {
  const places = versions.flatMap(({ at }) =>
    at.filter(({ complete }) => complete).map(({ destination }) => destination),
  );
  return [...new Set(places)].toSorted((a, b) => a - b);
}

/** A package counts at every destination that has it. */
function bytesOf(versions: readonly VersionDetail[]): number | null {
  const known = versions
    .flatMap(({ packages }) => packages)
    .flatMap(({ bytes, destinations }) => (bytes === null ? [] : [bytes * destinations.length]));
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

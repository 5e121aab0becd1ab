import type { AdmissionPolicy } from '../admission/policy.ts';
import { dataOf } from '../events/types/schema.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { ProviderFacts } from './facts.ts';
import type { DeletionRow, Happenings, HeldRow, RecallRow, RunRow } from './form/happenings.ts';
import { CATALOGUE_FORMAT, type Made } from './form/pointer.ts';
import type { ProviderDetail } from './form/provider.ts';
import { shown } from './shown-text.ts';

export interface HappeningsParts {
  readonly made: Made;
  /** Of the ledger's stream of runs; undefined without a ledger. */
  readonly runs: readonly LedgerEntry[] | undefined;
  readonly providers: readonly { readonly facts: ProviderFacts; readonly detail: ProviderDetail }[];
  /** Entries about providers under names that are no address, such as what a cleanup deleted of a private registry. */
  readonly others: readonly LedgerEntry[];
  readonly policy: AdmissionPolicy | undefined;
  readonly missing: readonly string[];
}

/** More than a person reads; a script asks the ledger. */
const MOST_RUNS = 200;
const MOST_ROWS = 1000;

export function happeningsOf(parts: HappeningsParts): Happenings {
  const { made, runs, providers, missing } = parts;
  return {
    format: CATALOGUE_FORMAT,
    made,
    runs: newestFirst((runs ?? []).flatMap((entry) => runOf(entry) ?? [])).slice(0, MOST_RUNS),
    held: providers
      .flatMap(({ detail }) => heldOf(detail))
      .toSorted((a, b) => compare(b.since ?? '', a.since ?? ''))
      .slice(0, MOST_ROWS),
    recalls: recallsOf(parts).slice(0, MOST_ROWS),
    deletions: newestFirst(
      [...providers.flatMap(({ facts }) => facts.ledger?.entries ?? []), ...parts.others].flatMap(
        (entry) => deletionOf(entry) ?? [],
      ),
    ).slice(0, MOST_ROWS),
    missing,
  };
}

function runOf({ event }: LedgerEntry): RunRow | undefined {
  const data = dataOf('run.ended', event);
  if (data === undefined) return undefined;
  const { run, what, ok, durationMs, bytes, outcomes, failures } = data;
  return {
    id: shown(run),
    what,
    at: event.received ?? '',
    durationMs,
    ok,
    outcomes: Object.fromEntries(Object.entries(outcomes).map(([outcome, count]) => [shown(outcome), count])),
    bytes,
    failures: failures.map(({ address, version, destination, code, message }) => ({
      address: shown(address),
      version: version === undefined ? null : shown(version),
      destination: destination === undefined ? null : shown(destination),
      code: shown(code),
      message: shown(message),
    })),
  };
}

function heldOf({ address, versions }: ProviderDetail): readonly HeldRow[] {
  return versions.flatMap(({ version, hold }) => (hold === null ? [] : [{ address, version, ...hold }]));
}

/** Those that the ledger has in force, then those of the config. */
function recallsOf({ providers, policy }: HappeningsParts): readonly RecallRow[] {
  const ofLedger = providers.flatMap(({ facts: { address, ledger } }): readonly RecallRow[] =>
    (ledger?.record.recalls ?? []).map(({ versions, reason, by, at, delete: deletes }) => ({
      provider: address,
      versions: versions.text,
      reason: shown(reason),
      by: shown(by),
      at: at.toISOString(),
      deletes,
      takenOut: takenOutOf(ledger?.entries ?? [], reason),
    })),
  );
  const ofConfig = (policy?.recalled ?? []).map(
    ({ provider, versions, reason, delete: deletes }): RecallRow => ({
      provider: provider.text,
      versions: versions.text,
      reason: shown(reason),
      by: null,
      at: null,
      deletes,
      takenOut: providers.flatMap(({ facts }) => takenOutOf(facts.ledger?.entries ?? [], reason)),
    }),
  );
  return [...ofLedger.toSorted((a, b) => compare(b.at ?? '', a.at ?? '')), ...ofConfig];
}

/** A version that was taken out names its recall by the reason alone. */
function takenOutOf(entries: readonly LedgerEntry[], reason: string): RecallRow['takenOut'] {
  return entries.flatMap(({ event }) => {
    const out = dataOf('version.taken-out', event);
    if (out?.reason !== reason) return [];
    const { version, destination, how } = out;
    return [{ version: shown(version), destination: shown(destination), how, at: event.received ?? '' }];
  });
}

function deletionOf({ event }: LedgerEntry): DeletionRow | undefined {
  const data = dataOf('version.deleted', event);
  if (data === undefined) return undefined;
  return {
    provider: shown(event.subject ?? ''),
    version: shown(data.version),
    destination: shown(data.destination),
    reason: shown(data.reason),
    at: event.received ?? '',
  };
}

function newestFirst<T extends { readonly at: string }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => compare(b.at, a.at));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

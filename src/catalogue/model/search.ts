import type { Overview, ProviderRow } from '../../domain/catalogue/form/overview.ts';
import type { OverviewQuery, SortKey } from './query.ts';
import { attention } from './states.ts';

/** A provider with what it is found by. */
export interface Found {
  readonly row: ProviderRow;
  readonly hostname: string;
  readonly namespace: string;
  readonly type: string;
  /** All that can be searched for, in lower case. */
  readonly haystack: string;
}

/** Made once for each overview: lower case, parts and signers, so that a key stroke only compares. */
export function indexOverview(overview: Overview): readonly Found[] {
  const signers = overview.signers.map(({ keyId, userIds }) => `${keyId} ${userIds.join(' ')}`.toLowerCase());
  return overview.providers
    .map((row) => {
      const [hostname = '', namespace = '', type = ''] = row.address.split('/');
      const signer = row.signer === null ? '' : signers[row.signer];
      const haystack = `${row.address.toLowerCase()} ${row.newest ?? ''} ${signer}`;
      return { row, hostname, namespace, type, haystack };
    })
    .toSorted(byName);
}

/**
 * The providers that a query leaves, in its order. Every word has to be found somewhere. While something is searched
 * and no order is asked for, the closest names come first.
 */
export function selectProviders(
  index: readonly Found[],
  overview: Overview,
  query: OverviewQuery,
): readonly Found[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const platform = overview.platforms.indexOf(query.platform);
  const destination = overview.destinations.findIndex(({ name }) => name === query.destination);
  const kept = index.filter(
    ({ row, hostname, namespace, haystack }) =>
      words.every((word) => haystack.includes(word)) &&
      (query.namespace === '' ||
        query.namespace === namespace ||
        query.namespace === `${hostname}/${namespace}`) &&
      (query.platform === '' || row.platforms.includes(platform)) &&
      (query.destination === '' || row.destinations.includes(destination)) &&
      (query.state === '' ||
        (query.state === 'absent' ? row.states.length === 0 : row.states.includes(query.state))),
  );
  if (query.sort !== undefined) return sorted(kept, query.sort, query.descending);
  return words.length === 0 ? kept : byRelevance(kept, words);
}

/** How many providers are in each state, for the figures at the top. */
export function countStates(overview: Overview): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { states } of overview.providers) {
    for (const state of states.length === 0 ? ['absent'] : states) {
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  return counts;
}

/** The namespaces to choose from, with their host where one name stands in several. */
export function namespacesOf(index: readonly Found[]): readonly string[] {
  const hosts = new Map<string, Set<string>>();
  for (const { hostname, namespace } of index) {
    hosts.set(namespace, (hosts.get(namespace) ?? new Set()).add(hostname));
  }
  return [...hosts]
    .flatMap(([namespace, of]) =>
      of.size === 1 ? [namespace] : [namespace, ...[...of].map((host) => `${host}/${namespace}`)],
    )
    .toSorted();
}

function byRelevance(kept: readonly Found[], words: readonly string[]): readonly Found[] {
  const whole = words.join(' ');
  const rank = ({ row, namespace, type }: Found): number => {
    if (type === whole || row.address === whole || `${namespace}/${type}` === whole) return 0;
    if (words.some((word) => type.startsWith(word))) return 1;
    if (words.some((word) => type.includes(word))) return 2;
    return words.some((word) => namespace.includes(word)) ? 3 : 4;
  };
  const ranks = new Map(kept.map((each) => [each, rank(each)]));
  return kept.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}

/** Stable: those alike stay in the order of their names. What is not known comes last either way. */
function sorted(kept: readonly Found[], sort: SortKey, descending: boolean): readonly Found[] {
  if (sort === 'name') return descending ? kept.toReversed() : kept;
  const direction = descending ? -1 : 1;
  const value = VALUES[sort];
  return kept.toSorted((a, b) => {
    const [x, y] = [value(a.row), value(b.row)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return x === y ? 0 : x < y ? -direction : direction;
  });
}

const VALUES: Readonly<Record<Exclude<SortKey, 'name'>, (row: ProviderRow) => number | string | null>> = {
  state: attention,
  versions: ({ versions }) => versions,
  behind: ({ behind }) => behind,
  bytes: ({ bytes }) => bytes,
  changed: ({ changed }) => changed,
};

function byName(a: Found, b: Found): number {
  const compare = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return compare(a.type, b.type) || compare(a.namespace, b.namespace) || compare(a.hostname, b.hostname);
}

import type { ProviderState } from '../../domain/catalogue/form/overview.ts';

/** `absent`: nothing of the provider is here. */
export type StateFilter = ProviderState | 'absent';

export const STATE_FILTERS: readonly StateFilter[] = [
  'available',
  'held',
  'needs-approval',
  'admitted',
  'behind',
  'recalled',
  'withdrawn',
  'incomplete',
  'absent',
];

export const SORT_KEYS = ['name', 'state', 'versions', 'behind', 'bytes', 'changed'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** What of the overview is shown and in which order. An empty text is no filter. */
export interface OverviewQuery {
  readonly text: string;
  /** `HOST/NAMESPACE` or a namespace of any host. */
  readonly namespace: string;
  readonly platform: string;
  readonly destination: string;
  readonly state: StateFilter | '';
  /** Undefined: the best match first while something is searched, by name otherwise. */
  readonly sort: SortKey | undefined;
  readonly descending: boolean;
}

export const EVERYTHING: OverviewQuery = {
  text: '',
  namespace: '',
  platform: '',
  destination: '',
  state: '',
  sort: undefined,
  descending: false,
};

/** Reads the parameters of a link; what is none of ours is left out. */
export function parseQuery(parameters: URLSearchParams): OverviewQuery {
  const state = STATE_FILTERS.find((each) => each === parameters.get('state'));
  const sort = SORT_KEYS.find((each) => each === parameters.get('sort'));
  return {
    text: parameters.get('q') ?? '',
    namespace: parameters.get('namespace') ?? '',
    platform: parameters.get('platform') ?? '',
    destination: parameters.get('destination') ?? '',
    state: state ?? '',
    sort,
    descending: sort !== undefined && parameters.get('order') === 'down',
  };
}

/** The parameters with their question mark; nothing where everything is shown. */
export function formatQuery(query: OverviewQuery): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string) => void (value !== '' && parameters.set(name, value));
  set('q', query.text);
  set('namespace', query.namespace);
  set('platform', query.platform);
  set('destination', query.destination);
  set('state', query.state);
  set('sort', query.sort ?? '');
  if (query.sort !== undefined && query.descending) parameters.set('order', 'down');
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** Whether anything is filtered out or searched for. */
export function isNarrowed({ text, namespace, platform, destination, state }: OverviewQuery): boolean {
  return text.trim() !== '' || [namespace, platform, destination, state].some((each) => each !== '');
}

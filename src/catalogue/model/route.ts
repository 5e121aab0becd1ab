import { formatQuery, type OverviewQuery, parseQuery } from './query.ts';

/** What the part behind `#` asks to be shown. Everything can be linked to: views, sections, filters, versions. */
export type Route =
  | { readonly view: 'providers'; readonly query: OverviewQuery }
  | { readonly view: 'bottles'; readonly query: OverviewQuery }
  | {
      readonly view: 'provider';
      /** `registry.terraform.io/hashicorp/aws`. */
      readonly address: string;
      /** The version that is looked at; the newest available where none is named. */
      readonly version: string | undefined;
      readonly section: ProviderSection | undefined;
    }
  | { readonly view: 'happened'; readonly section: HappenedSection | undefined }
  | { readonly view: 'plots'; readonly section: PlotSection | undefined }
  | { readonly view: 'unknown'; readonly path: string };

const PROVIDER_SECTIONS = ['write', 'versions', 'platforms', 'evidence', 'destinations'] as const;
export const HAPPENED_SECTIONS = ['held', 'runs', 'recalls', 'deletions'] as const;
export const PLOT_SECTIONS = ['behind', 'bytes', 'runs', 'holds'] as const;
export type ProviderSection = (typeof PROVIDER_SECTIONS)[number];
export type HappenedSection = (typeof HAPPENED_SECTIONS)[number];
export type PlotSection = (typeof PLOT_SECTIONS)[number];

/** Reads `location.hash`. Never throws: what is no link of ours is `unknown`. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const parts = path.split('/').map(decoded);
  const parameters = new URLSearchParams(search);
  const unknown: Route = { view: 'unknown', path };
  const [view = '', ...rest] = parts;
  if (view === '' && rest.length === 0) return { view: 'providers', query: parseQuery(parameters) };
  if (view === 'bottles' && rest.length === 0) return { view: 'bottles', query: parseQuery(parameters) };
  if (view === 'provider') {
    const [host = '', namespace = '', type = '', section, ...more] = rest;
    if (host === '' || namespace === '' || type === '' || more.length > 0) return unknown;
    if (section !== undefined && !isOneOf(PROVIDER_SECTIONS, section)) return unknown;
    const version = parameters.get('version') ?? undefined;
    return { view, address: `${host}/${namespace}/${type}`, version, section };
  }
  const [section, ...more] = rest;
  if (more.length > 0) return unknown;
  if (view === 'happened' && (section === undefined || isOneOf(HAPPENED_SECTIONS, section))) {
    return { view, section };
  }
  if (view === 'plots' && (section === undefined || isOneOf(PLOT_SECTIONS, section)))
    return { view, section };
  return unknown;
}

/** The link to a route: `#/provider/registry.terraform.io/hashicorp/aws?version=6.1.0`. */
export function formatRoute(route: Exclude<Route, { readonly view: 'unknown' }>): string {
  switch (route.view) {
    case 'providers':
      return `#/${formatQuery(route.query)}`;
    case 'bottles':
      return `#/bottles${formatQuery(route.query)}`;
    case 'provider': {
      const path = route.address.split('/').map(encodeURIComponent).join('/');
      const section = route.section === undefined ? '' : `/${route.section}`;
      const version = route.version === undefined ? '' : `?version=${encodeURIComponent(route.version)}`;
      return `#/provider/${path}${section}${version}`;
    }
    default:
      return `#/${route.view}${route.section === undefined ? '' : `/${route.section}`}`;
  }
}

/** The link to a provider, and to one of its versions. */
export function providerLink(address: string, version?: string, section?: ProviderSection): string {
  return formatRoute({ view: 'provider', address, version, section });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
  return (words as readonly string[]).includes(word);
}

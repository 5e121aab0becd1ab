import { useMemo } from 'preact/hooks';
import { count } from '../../model/format.ts';
import { systemName } from '../../model/platforms.ts';
import type { OverviewQuery, SortKey } from '../../model/query.ts';
import { providerLink } from '../../model/route.ts';
import type { Found } from '../../model/search.ts';
import { rowStates } from '../../model/states.ts';
import { visible } from '../../model/visible-text.ts';
import { Icon } from '../parts/icons.tsx';
import { AddressName, Badge, When } from '../parts/text.tsx';
import { useShown } from '../state.ts';
import { DESCENDING_FIRST } from './filters.tsx';
import { DestinationNames, SignerName } from './names.tsx';

type Columns = readonly {
  readonly os: string;
  readonly columns: readonly { platform: string; arch: string }[];
}[];

interface TableProps {
  readonly found: readonly Found[];
  readonly columns: Columns;
  readonly query: OverviewQuery;
  readonly onSort: (change: Partial<OverviewQuery>) => void;
}

/** Every provider a row, its platforms a matrix. */
export function ProviderTable({ found, columns, query, onSort }: TableProps) {
  const { overview } = useShown();
  const sortable = { query, onSort };
  const shown = columns.flatMap((group) => group.columns);
  const places = useMemo(
    () =>
      columns.flatMap((group) => group.columns.map(({ platform }) => overview.platforms.indexOf(platform))),
    [columns, overview],
  );
  return (
    <div class="scroll" role="region" aria-label="Table of providers" tabIndex={0}>
      <table class="providers">
        <caption class="unseen">Providers, the platforms of their newest version, and where they are</caption>
        {/* Of fixed widths: no row that comes has to be measured before the others can be drawn. */}
        <colgroup>
          <col class="col-name" />
          <col class="col-state" />
          <col class="col-newest" />
          {shown.map(({ platform }) => (
            <col key={platform} class="col-platform" />
          ))}
          <col class="col-places" />
          <col class="col-signer" />
          <col class="col-changed" />
        </colgroup>
        <thead>
          <tr>
            <SortHead sort="name" words="Provider" rows={2} {...sortable} />
            <SortHead sort="state" words="State" rows={2} {...sortable} />
            <SortHead sort="versions" words="Newest" rows={2} {...sortable} />
            {columns.map(({ os, columns }) => (
              <th key={os} scope="colgroup" colSpan={columns.length} class="os">
                {visible(systemName(os))}
              </th>
            ))}
            <th scope="col" rowSpan={2}>
              Destinations
            </th>
            <th scope="col" rowSpan={2}>
              Signed by
            </th>
            <SortHead sort="changed" words="Last change" rows={2} {...sortable} />
          </tr>
          <tr>
            {shown.map(({ platform, arch }) => (
              <th key={platform} scope="col" class="arch" title={visible(platform)}>
                {visible(arch)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.map((each) => (
            <ProviderLine key={each.row.address} found={each} places={places} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ProviderLine({ found, places }: { readonly found: Found; readonly places: readonly number[] }) {
  const { now } = useShown();
  const { row, hostname } = found;
  const others = row.platforms.filter((place) => !places.includes(place)).length;
  // Drawn once: while one types, most rows stay what they are.
  return useMemo(
    () => (
      <tr>
        <th scope="row">
          <a href={providerLink(row.address)} class="provider">
            <AddressName address={row.address} />
          </a>
          <span class="host">{visible(hostname)}</span>
        </th>
        <td>
          <span class="badges">
            {rowStates(row, now).map((words) => (
              <Badge key={words.state} words={words} />
            ))}
          </span>
        </td>
        <td>
          {row.newest === null ? (
            <span class="faint">none</span>
          ) : (
            <>
              <bdi class="mono version">{visible(row.newest)}</bdi>
              <span class="host">
                {count(row.versions, 'version')}
                {others > 0 && `, ${others} more ${others === 1 ? 'platform' : 'platforms'}`}
              </span>
            </>
          )}
        </td>
        {places.map((place) => (
          <td key={place} class="cell">
            <Cell there={row.platforms.includes(place)} />
          </td>
        ))}
        <td class="small">
          <DestinationNames places={row.destinations} />
        </td>
        <td class="small">
          <SignerName place={row.signer} />
        </td>
        <td class="small">
          <When iso={row.changed} />
        </td>
      </tr>
    ),
    [found, places, now],
  );
}

function Cell({ there }: { readonly there: boolean }) {
  return there ? (
    <span class="mark yes">
      <Icon name="check" />
      <span class="unseen">yes</span>
    </span>
  ) : (
    <span class="mark no">
      <span aria-hidden="true">·</span>
      <span class="unseen">no</span>
    </span>
  );
}

function SortHead({
  sort,
  words,
  rows,
  query,
  onSort,
}: {
  readonly sort: SortKey;
  readonly words: string;
  readonly rows: number;
} & Pick<TableProps, 'query' | 'onSort'>) {
  const active = query.sort === sort;
  const first = DESCENDING_FIRST.has(sort);
  const order = active ? (query.descending ? 'descending' : 'ascending') : undefined;
  return (
    <th scope="col" rowSpan={rows} aria-sort={order}>
      <button
        type="button"
        class="sort"
        onClick={() => onSort({ sort, descending: active ? !query.descending : first })}
      >
        {words}
        {active && <Icon name={query.descending ? 'down' : 'up'} />}
      </button>
    </th>
  );
}

import { useMemo } from 'preact/hooks';
import type { BottleRow } from '../../../domain/catalogue/form/overview.ts';
import { bytes, count, number } from '../../model/format.ts';
import { isNarrowed, type OverviewQuery } from '../../model/query.ts';
import { formatRoute } from '../../model/route.ts';
import { visible } from '../../model/visible-text.ts';
import { useQuery, useTitle } from '../address-bar.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { Table } from '../parts/table.tsx';
import { useShown } from '../state.ts';
import { SearchField } from './filters.tsx';
import { DestinationNames } from './names.tsx';

const linkOf = (query: OverviewQuery) => formatRoute({ view: 'bottles', query });

/** Homebrew's bottles, where they are mirrored. */
export function BottlesView({ query: linked }: { readonly query: OverviewQuery }) {
  const { overview } = useShown();
  const [query, change] = useQuery(linked, linkOf);
  const found = useMemo(() => selectBottles(overview.bottles, query.text), [overview, query.text]);
  const chunk = useChunk(found, 100);
  useTitle('Bottles');
  return (
    <>
      <h1 tabIndex={-1}>Bottles</h1>
      <p class="lead">Homebrew’s packages, as this mirror has them.</p>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label="Search bottles"
          placeholder="Formula, version or tag"
          text={query.text}
          onText={(text) => change({ text })}
        />
      </form>
      <p class="found" role="status">
        {isNarrowed(query) ? `${number(found.length)} of ` : ''}
        {count(overview.bottles.length, 'formula', 'formulae')}
      </p>
      <Table
        of="bottles"
        columns={['Formula', 'Version', 'Tags', 'Destinations', { words: 'Stored', figures: true }]}
      >
        {chunk.shown.map((bottle) => (
          <tr key={`${bottle.name} ${bottle.destinations.join()}`}>
            <th scope="row">
              <bdi>{visible(bottle.name)}</bdi>
            </th>
            <td>
              <bdi class="mono">{visible(bottle.version)}</bdi>
            </td>
            <td class="chips">
              {bottle.tags.map((tag) => (
                <span class="chip" key={tag}>
                  {visible(tag)}
                </span>
              ))}
            </td>
            <td class="small">
              <DestinationNames places={bottle.destinations} />
            </td>
            <td class="figures-column">{bottle.bytes === null ? '–' : bytes(bottle.bytes)}</td>
          </tr>
        ))}
      </Table>
      <More chunk={chunk} what="formulae" scrolling />
    </>
  );
}

function selectBottles(bottles: readonly BottleRow[], text: string): readonly BottleRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return bottles.filter(({ name, version, tags }) => {
    const haystack = `${name} ${version} ${tags.join(' ')}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

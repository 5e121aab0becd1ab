import { useMemo } from 'preact/hooks';
import { count, number } from '../../model/format.ts';
import { platformColumns } from '../../model/platforms.ts';
import { EVERYTHING, isNarrowed, type OverviewQuery } from '../../model/query.ts';
import { formatRoute } from '../../model/route.ts';
import { countStates, selectProviders } from '../../model/search.ts';
import { stateWords } from '../../model/states.ts';
import { useQuery, useTitle } from '../address-bar.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { Icon, TONE_ICONS } from '../parts/icons.tsx';
import { Missing } from '../parts/notes.tsx';
import { useMedia, useShown } from '../state.ts';
import { Filters } from './filters.tsx';
import { ProviderCards } from './provider-cards.tsx';
import { ProviderTable } from './provider-table.tsx';

const linkOf = (query: OverviewQuery) => formatRoute({ view: 'providers', query });

/** More than fit on a screen, few enough to be drawn between two strokes of a key. */
const FIRST = 20;

/** So many platforms are columns; the others are on each provider's own page. */
const MOST_COLUMNS = 7;

export function ProvidersView({ query: linked }: { readonly query: OverviewQuery }) {
  const { overview, index } = useShown();
  const [query, change] = useQuery(linked, linkOf);
  const found = useMemo(() => selectProviders(index, overview, query), [index, overview, query]);
  const chunk = useChunk(found, FIRST);
  const wide = useMedia('(min-width: 1100px)');
  const columns = useMemo(() => {
    const uses = new Map<string, number>();
    for (const { platforms } of overview.providers) {
      for (const place of platforms) {
        const platform = overview.platforms[place];
        if (platform !== undefined) uses.set(platform, (uses.get(platform) ?? 0) + 1);
      }
    }
    return platformColumns(overview.platforms, uses, MOST_COLUMNS);
  }, [overview]);
  useTitle('Providers');
  return (
    <>
      <h1 tabIndex={-1} class="unseen">
        Providers
      </h1>
      <Figures query={query} onState={(state) => change({ ...EVERYTHING, state })} />
      <Filters query={query} onChange={change} />
      <p class="found" role="status">
        {isNarrowed(query)
          ? `${number(found.length)} of ${count(index.length, 'provider')}`
          : count(index.length, 'provider')}
        {isNarrowed(query) && (
          <button type="button" class="quiet" onClick={() => change(EVERYTHING)}>
            Show all
          </button>
        )}
      </p>
      {found.length === 0 ? (
        <Nothing narrowed={isNarrowed(query)} />
      ) : wide ? (
        <ProviderTable found={chunk.shown} columns={columns} query={query} onSort={change} />
      ) : (
        <ProviderCards found={chunk.shown} />
      )}
      <More chunk={chunk} what="providers" scrolling />
      <Missing sentences={overview.missing} />
    </>
  );
}

function Nothing({ narrowed }: { readonly narrowed: boolean }) {
  return (
    <div class="nothing">
      {narrowed ? (
        <p>
          No provider here is like that. Ask your platform’s engineers to add it to the synchronizer’s config.
        </p>
      ) : (
        <p>No provider is here yet. The next sync brings in what its config names.</p>
      )}
    </div>
  );
}

/** The figures at the top are filters, too. */
function Figures({
  query,
  onState,
}: {
  readonly query: OverviewQuery;
  readonly onState: (state: OverviewQuery['state']) => void;
}) {
  const { overview } = useShown();
  const counts = useMemo(() => countStates(overview), [overview]);
  const states = (
    ['available', 'needs-approval', 'held', 'behind', 'recalled', 'withdrawn', 'incomplete'] as const
  )
    // These three are always of interest, the others when there are any.
    .filter((state) => ['available', 'held', 'behind'].includes(state) || (counts.get(state) ?? 0) > 0);
  return (
    <div class="figures" role="group" aria-label="Providers by state">
      {states.map((state) => {
        const { tone, words, meaning } = stateWords(state);
        const active = query.state === state;
        return (
          <button
            key={state}
            type="button"
            class={`figure tone-${tone}`}
            aria-pressed={active}
            title={meaning}
            onClick={() => onState(active ? '' : state)}
          >
            <span class="figure-number">{number(counts.get(state) ?? 0)}</span>
            <span class="figure-words">
              <Icon name={TONE_ICONS[tone]} /> {words}
            </span>
          </button>
        );
      })}
    </div>
  );
}

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { EVERYTHING } from '../model/query.ts';
import { formatRoute, parseRoute, type Route } from '../model/route.ts';
import { type Catalogue, LoadError, openCatalogue, readPointer } from './data.ts';
import { Footer, Header, NewerNote } from './parts/frame.tsx';
import { Failed, Waiting } from './parts/notes.tsx';
import { ShownContext, useIndex } from './state.ts';
import { BottlesView } from './views/bottles.tsx';
import { HappenedView } from './views/happened.tsx';
import { PlotsView } from './views/plots.tsx';
import { ProviderView } from './views/provider.tsx';
import { ProvidersView } from './views/providers.tsx';

/** How often a page that is come back to asks whether a newer catalogue is there, in milliseconds. */
const ASK_AGAIN = 60_000;

export function App() {
  const route = useRoute();
  const [catalogue, setCatalogue] = useState<Catalogue>();
  const [failure, setFailure] = useState<LoadError>();
  const [newer, setNewer] = useState(false);
  const [said, setSaid] = useState('');
  const busy = useRef(false);
  const index = useIndex(catalogue);
  const now = useMemo(() => new Date(), [catalogue]);

  const open = useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    const opening = async () => {
      try {
        const opened = await openCatalogue();
        // The same generation again: nothing to draw anew.
        setCatalogue((before) =>
          before?.pointer.made.generation === opened.pointer.made.generation ? before : opened,
        );
        setFailure(undefined);
        setNewer(false);
      } catch (error) {
        setFailure(
          error instanceof LoadError ? error : new LoadError('Something went wrong.', String(error)),
        );
      } finally {
        busy.current = false;
      }
    };
    void opening();
  }, []);
  useEffect(open, [open]);
  useNewer(catalogue, () => setNewer(true));
  const say = useCallback((words: string) => {
    // The same words twice are said twice.
    setSaid('');
    setTimeout(() => setSaid(words), 50);
  }, []);

  return (
    <>
      <Header route={route} catalogue={catalogue} now={now} />
      {newer && <NewerNote onShow={open} />}
      <main id="main" tabIndex={-1}>
        {catalogue ? (
          <ShownContext.Provider
            value={{
              catalogue,
              overview: catalogue.overview,
              made: catalogue.pointer.made,
              destinations: catalogue.overview.destinations,
              index,
              now,
              renew: open,
              say,
            }}
          >
            <View route={route} />
          </ShownContext.Provider>
        ) : failure ? (
          <Failed error={failure} onAgain={open} />
        ) : (
          <Waiting />
        )}
      </main>
      <Footer catalogue={catalogue} />
      <div class="unseen" role="status">
        {said}
      </div>
    </>
  );
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'providers':
      return <ProvidersView query={route.query} />;
    case 'bottles':
      return <BottlesView query={route.query} />;
    case 'provider':
      return <ProviderView route={route} key={route.address} />;
    case 'happened':
      return <HappenedView section={route.section} />;
    case 'plots':
      return <PlotsView section={route.section} />;
    default:
      return (
        <section class="plain">
          <h1 tabIndex={-1}>There is no such view</h1>
          <p>
            The link may be old.{' '}
            <a href={formatRoute({ view: 'providers', query: EVERYTHING })}>All providers</a>
          </p>
        </section>
      );
  }
}

/** The route in the address. After a change of the view, its heading is what is looked at and read out. */
function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const place = route.view === 'provider' ? `${route.view} ${route.address}` : route.view;
  const first = useRef(true);
  useEffect(() => {
    // On arrival the reader is at the page's top, where the browser has put him.
    if (first.current) first.current = false;
    else if (!('section' in route) || route.section === undefined) {
      scrollTo(0, 0);
      document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    }
  }, [place]);
  return route;
}

/** Asks for the catalogue in force when the reader comes back to an open page. */
function useNewer(catalogue: Catalogue | undefined, onNewer: () => void): void {
  useEffect(() => {
    if (catalogue === undefined) return undefined;
    let asked = Date.now();
    const look = () => {
      if (document.visibilityState !== 'visible' || Date.now() - asked < ASK_AGAIN) return;
      asked = Date.now();
      readPointer().then(
        ({ made }) => void (made.generation !== catalogue.pointer.made.generation && onNewer()),
        // Nobody asked: no word of a failure.
        () => undefined,
      );
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('focus', look);
    };
  }, [catalogue]);
}

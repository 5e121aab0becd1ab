import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { CatalogueDestination, Overview } from '../../domain/catalogue/form/overview.ts';
import type { Made } from '../../domain/catalogue/form/pointer.ts';
import { type Found, indexOverview } from '../model/search.ts';
import { type Catalogue, LoadError, readPart } from './data.ts';

/** What every view draws from. */
export interface Shown {
  readonly catalogue: Catalogue;
  readonly overview: Overview;
  readonly made: Made;
  readonly destinations: readonly CatalogueDestination[];
  readonly index: readonly Found[];
  /** When the page looks at it: for "3 hours ago" and "held until". */
  readonly now: Date;
  /** Reads anew what is in force: a file that was named before is gone. */
  readonly renew: () => void;
  /** Says something to those who do not see it. */
  readonly say: (words: string) => void;
}

export const ShownContext = createContext<Shown | undefined>(undefined);

export function useShown(): Shown {
  const shown = useContext(ShownContext);
  if (shown === undefined) throw new Error('A view is drawn before the catalogue is there.');
  return shown;
}

export function useIndex(catalogue: Catalogue | undefined): readonly Found[] {
  return useMemo(() => (catalogue === undefined ? [] : indexOverview(catalogue.overview)), [catalogue]);
}

export type Loading<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'failed'; readonly error: LoadError };

/** A part of the catalogue's data. A file that is gone makes the page look for a newer catalogue, once. */
export function usePart<T>(path: string | undefined): Loading<T> {
  const { renew, catalogue } = useShown();
  const [loading, setLoading] = useState<{ path: string | undefined; value: Loading<T> }>({
    path,
    value: { state: 'loading' },
  });
  useEffect(() => {
    if (path === undefined) return undefined;
    let wanted = true;
    const set = (value: Loading<T>) => void (wanted && setLoading({ path, value }));
    readPart<T>(path).then(
      (value) => set({ state: 'there', value }),
      (cause: unknown) => {
        const error =
          cause instanceof LoadError ? cause : new LoadError('Something went wrong.', 'Load the page again.');
        set({ state: 'failed', error });
        if (wanted && error.gone) renew();
      },
    );
    return () => {
      wanted = false;
    };
  }, [path, catalogue]);
  // What was loaded for another path is not shown under this one.
  return loading.path === path ? loading.value : { state: 'loading' };
}

/** Whether a media query holds, now and later. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = () => setHolds(media.matches);
    changed();
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return holds;
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { OverviewQuery } from '../model/query.ts';

/** How long typing may pause before the link follows it: browsers count how often a page writes its address. */
const PAUSE = 250;

/** A query that changes at once on the page, and a moment later in the address, so that it can be linked to. */
export function useQuery(
  linked: OverviewQuery,
  linkOf: (query: OverviewQuery) => string,
): readonly [OverviewQuery, (change: Partial<OverviewQuery>) => void] {
  const [query, setQuery] = useState(linked);
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; link: string } | undefined>(undefined);
  const current = useRef(query);
  current.current = query;
  const write = useCallback(() => {
    if (pending.current === undefined) return;
    clearTimeout(pending.current.timer);
    history.replaceState(history.state, '', pending.current.link);
    pending.current = undefined;
  }, []);
  useEffect(() => {
    // Somebody followed a link to another selection.
    if (linkOf(linked) !== linkOf(current.current)) setQuery(linked);
  }, [linked]);
  useEffect(() => {
    // Before a link is followed, so that going back leads to what was seen.
    document.addEventListener('click', write, { capture: true });
    return () => {
      document.removeEventListener('click', write, { capture: true });
      // The address is another view's by now.
      clearTimeout(pending.current?.timer);
    };
  }, [write]);
  const change = useCallback(
    (changed: Partial<OverviewQuery>) => {
      const next = { ...current.current, ...changed };
      current.current = next;
      setQuery(next);
      clearTimeout(pending.current?.timer);
      pending.current = { timer: setTimeout(write, PAUSE), link: linkOf(next) };
    },
    [write],
  );
  return [query, change];
}

/** Names the page in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Provider catalogue`;
  }, [title]);
}

/** Brings the section that a link names into view, once it is there, with its heading in focus; again when it is `of` another thing. */
export function useSection(section: string | undefined, ready: boolean, of?: string): void {
  useEffect(() => {
    if (section === undefined || !ready) return;
    const heading = document.querySelector<HTMLElement>(`#section-${section} > h2`);
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  }, [section, ready, of]);
}

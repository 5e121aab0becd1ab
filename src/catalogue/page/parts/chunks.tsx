import { options } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { number } from '../../model/format.ts';

export interface Chunk<T> {
  readonly shown: readonly T[];
  readonly rest: number;
  readonly more: () => void;
  readonly all: () => void;
}

/** The first of many, and more as they are wanted: a thousand rows need not be drawn to see the first. */
export function useChunk<T>(items: readonly T[], size: number): Chunk<T> {
  const [limit, setLimit] = useState({ items, most: size });
  // Another selection is seen from its beginning.
  const most = limit.items === items ? limit.most : size;
  useEffect(() => {
    // On paper nobody scrolls.
    const print = () => {
      const before = options.debounceRendering?.bind(options);
      // The browser prints what is there when this returns, so it is drawn before.
      options.debounceRendering = (draw) => draw();
      setLimit({ items, most: items.length });
      if (before) options.debounceRendering = before;
      else delete options.debounceRendering;
    };
    addEventListener('beforeprint', print);
    return () => removeEventListener('beforeprint', print);
  }, [items]);
  return {
    shown: items.slice(0, most),
    rest: Math.max(0, items.length - most),
    more: () => setLimit({ items, most: most + 2 * size }),
    all: () => setLimit({ items, most: items.length }),
  };
}

/**
 * Draws the next ones when its buttons are pressed, and, where nothing stands beneath that would be pushed away
 * (`scrolling`), when its place comes into view.
 */
export function More<T>({
  chunk,
  what,
  scrolling = false,
}: {
  readonly chunk: Chunk<T>;
  readonly what: string;
  readonly scrolling?: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const { more } = chunk;
  useEffect(() => {
    const element = place.current;
    if (element === null || !scrolling) return undefined;
    const seen = new IntersectionObserver(
      (entries) => void (entries.some((entry) => entry.isIntersecting) && more()),
      { rootMargin: '200px' },
    );
    seen.observe(element);
    return () => seen.disconnect();
  });
  if (chunk.rest === 0) return null;
  return (
    <div class="more" ref={place}>
      <span>
        {number(chunk.shown.length)} of {number(chunk.shown.length + chunk.rest)} {what}
      </span>
      <button type="button" onClick={chunk.more}>
        Show more
      </button>
      <button type="button" onClick={chunk.all}>
        Show all
      </button>
    </div>
  );
}

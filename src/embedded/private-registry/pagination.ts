const MAX_PAGE_SIZE = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly links: Readonly<Record<string, string | null>>;
  readonly meta: { readonly pagination: Readonly<Record<string, number | null>> };
}

/**
 * One page of `all` as `page[number]` and `page[size]` ask for it (at most 100 a page; a page past the end is
 * empty, and an empty list has 0 pages, of which the first can be asked for). Links are `base` with the query, so an absolute base gives absolute links.
 */
export function paginate<T>(
  all: readonly T[],
  query: URLSearchParams,
  base: string,
  defaultSize: number,
): Page<T> {
  const size = Math.min(positive(query.get('page[size]')) ?? defaultSize, MAX_PAGE_SIZE);
  const current = positive(query.get('page[number]')) ?? 1;
  const total = Math.ceil(all.length / size);
  const last = Math.max(1, total);
  const previous = current > 1 ? Math.min(current - 1, last) : null;
  const next = current < total ? current + 1 : null;
  const link = (page: number | null): string | null =>
    page === null ? null : linkTo(base, query, page, size);
  return {
    items: all.slice((current - 1) * size, current * size),
    links: { self: link(current), first: link(1), prev: link(previous), next: link(next), last: link(last) },
    meta: {
      pagination: {
        'current-page': current,
        'page-size': size,
        'prev-page': previous,
        'next-page': next,
        'total-pages': total,
        'total-count': all.length,
      },
    },
  };
}

function linkTo(base: string, query: URLSearchParams, page: number, size: number): string {
  const own = new URLSearchParams(query);
  own.set('page[number]', String(page));
  own.set('page[size]', String(size));
  return `${base}?${own.toString()}`;
}

function positive(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

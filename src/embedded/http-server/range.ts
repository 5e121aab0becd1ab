/** What a Range header asks of a file: the whole, a part (`end` is exclusive), or something it does not have. */
export type RequestedRange = 'whole' | 'unsatisfiable' | { readonly start: number; readonly end: number };

/**
 * Reads a Range header as RFC 9110 section 14 has it. Several ranges, other units and malformed headers
 * are answered with the whole file, as the RFC allows.
 */
export function parseRange(header: string | undefined, size: number): RequestedRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'whole';
  const [, from = '', to = ''] = match;
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: to === '' ? size : Math.min(Number(to) + 1, size) };
}

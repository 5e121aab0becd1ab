import type { Problem } from '../../domain/errors.ts';
import { wrapParagraph } from './wrap.ts';

/** One block a problem: its place and what is wrong, and below it what to write instead. */
export function problemLines(problems: readonly Problem[], width: number): readonly string[] {
  return problems.flatMap(({ path, message, fix }) => [
    '',
    ...wrapParagraph(`${path}: ${message}`, width, 2),
    ...(fix === undefined ? [] : wrapParagraph(fix, width, 6)),
  ]);
}

import type { Problem } from '../../domain/errors.ts';
import { wrapParagraph } from './wrap.ts';

/** One block a problem: its file, line and place, and what is wrong; below it what to write instead. */
export function problemLines(problems: readonly Problem[], width: number): readonly string[] {
  return problems.flatMap(({ path, file, line, message, fix }) => [
    '',
    ...wrapParagraph(`${file === undefined ? '' : `${file}:${line}  `}${path}: ${message}`, width, 2),
    ...(fix === undefined ? [] : wrapParagraph(fix, width, 6)),
  ]);
}

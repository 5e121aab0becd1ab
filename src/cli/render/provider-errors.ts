import { endsRun } from '../../domain/delivery/run-ending.ts';
import type { ErrorReport } from '../../domain/errors.ts';
import { type DetailedError, errorLines } from './details.ts';
import { countOf } from './quantities.ts';
import type { Canvas } from './table.ts';
import { wrapParagraph } from './wrap.ts';

/** What a plan, a sync and a verify say of a provider that went wrong. */
interface Erring {
  readonly error?: ErrorReport;
  readonly destinations?: readonly { readonly name: string; readonly error?: ErrorReport }[];
}

const MOST_COLUMNS = 100;

/** Each destination's own error under its name; the provider's where no destination has one. */
function errorsOf({ error, destinations = [] }: Erring): readonly DetailedError[] {
  const own = destinations.flatMap((each) =>
    each.error === undefined ? [] : [{ ...each.error, at: each.name }],
  );
  return own.length > 0 || error === undefined ? own : [error];
}

/** The errors to be said at the provider itself: not what a person did, nor what is said once for the whole run. */
export function ownErrors(provider: Erring): readonly DetailedError[] {
  return errorsOf(provider).filter(({ code }) => code !== 'Interrupted' && !endsRun(code));
}

/** Errors that every provider of the run has met, each once, with how many were not done for it. */
export function runEndings(
  providers: readonly Erring[],
): readonly { readonly error: DetailedError; readonly count: number }[] {
  const all = providers.flatMap(errorsOf).filter(({ code }) => endsRun(code));
  const same = Map.groupBy(all, ({ at, code, message }) => `${at} ${code} ${message}`);
  return [...same.values()].flatMap((group) => {
    const [error] = group;
    return error === undefined ? [] : [{ error, count: group.length }];
  });
}

export function runEndingLines(endings: ReturnType<typeof runEndings>, canvas: Canvas): readonly string[] {
  const width = Math.min(canvas.columns, MOST_COLUMNS);
  return endings.flatMap(({ error, count }) => [
    ...errorLines(error, width, canvas.color),
    ...wrapParagraph(`${countOf(count, 'provider')} could not be looked at there for it.`, width, 2),
    '',
  ]);
}

/** Said once, because it is the same for every provider that was under way. */
export function stoppedLines(providers: readonly { readonly outcome: string }[]): readonly string[] {
  const stopped = providers.filter(({ outcome }) => outcome === 'stopped').length;
  if (stopped === 0) return [];
  return [`Stopped with ${countOf(stopped, 'provider')} not done. The same command goes on from there.`];
}

import { type Problem, reportOf, type SyncError, traceOf } from '../domain/errors.ts';
import { printable } from '../domain/integrity/untrusted-text.ts';
import type { CliIo } from './io.ts';
import { jsonDocument } from './json-output.ts';
import { wrapParagraph } from './render/wrap.ts';

/** How a program wants to be told: one document, a line for each thing, or not at all. */
export type JsonForm = 'document' | 'lines' | undefined;

/** Tells a person, and a program in the form it asked for, what ended the run. Returns the exit code. */
export function tellFailure(io: CliIo, error: SyncError, json: JsonForm): number {
  const width = Math.min(io.stderr.columns, 100);
  const lines = [
    ...wrapParagraph(`Error: ${headlineOf(error)}`, width),
    ...problemLines(error.problems, width),
  ];
  if (isDebugging(io)) lines.push(...traceLines(traceOf(error)).slice(1));
  else if (error.code === 'InternalError') lines.push(...wrapParagraph(HINT, width, 2));
  io.stderr.write(`${lines.join('\n')}\n`);
  if (json !== undefined) {
    const problems = error.problems.length === 0 ? {} : { problems: error.problems };
    const report = { ...reportOf(error), ...problems };
    const lines = json === 'lines';
    io.stdout.write(jsonDocument(lines ? { type: 'error', error: report } : { error: report }, lines));
  }
  return error.origin === 'user' ? 2 : 1;
}

const HINT =
  'This looks like a fault of the program. With PROVIDER_SYNC_DEBUG=1 it says where; please report it with that.';

/**
 * With PROVIDER_SYNC_DEBUG=1 says on stderr where the faults of the program within `result` happened: errors of single
 * providers or packages, which end no run.
 */
export function tellTraces(io: CliIo, result: unknown): void {
  if (!isDebugging(io)) return;
  for (const trace of new Set(tracesIn(result))) io.stderr.write(`${traceLines(trace).join('\n')}\n`);
}

function isDebugging(io: CliIo): boolean {
  return io.environment['PROVIDER_SYNC_DEBUG'] === '1';
}

function* tracesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'trace' && typeof each === 'string') yield each;
    else yield* tracesIn(each);
  }
}

/** A message may spell its problems out below its first line; here they follow as a list. */
function headlineOf({ message, problems }: SyncError): string {
  return problems.length === 0 ? message : (message.split('\n')[0] ?? message);
}

/** One block a problem: its file, line and place, and what is wrong; below it what to write instead. */
function problemLines(problems: readonly Problem[], width: number): readonly string[] {
  return problems.flatMap(({ path, file, line, message, fix }) => [
    '',
    ...wrapParagraph(`${file === undefined ? '' : `${file}:${line}  `}${path}: ${message}`, width, 2),
    ...(fix === undefined ? [] : wrapParagraph(fix, width, 6)),
  ]);
}

function traceLines(trace: string): readonly string[] {
  return trace.split('\n').map((line) => `  ${printable(line)}`);
}

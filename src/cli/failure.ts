import { reportOf, type SyncError } from '../domain/errors.ts';
import { printable } from '../domain/integrity/untrusted-text.ts';
import type { CliIo } from './io.ts';
import { withoutLinks } from './render/links.ts';
import { problemLines } from './render/problems.ts';
import { wrapParagraph } from './render/wrap.ts';

/** A chain longer than this goes round in circles. */
const MOST_CAUSES = 10;

/** Tells a person, and with `json` a program too, what ended the run. Returns the exit code. */
export function tellFailure(io: CliIo, error: SyncError, json: boolean): number {
  const width = Math.min(io.stderr.columns, 100);
  const lines = [
    ...wrapParagraph(`Error: ${headlineOf(error)}`, width),
    ...problemLines(error.problems, width),
  ];
  if (io.environment['PROVIDER_SYNC_DEBUG'] === '1') lines.push(...causeLines(error));
  io.stderr.write(`${lines.join('\n')}\n`);
  if (json) {
    const problems = error.problems.length === 0 ? {} : { problems: error.problems };
    io.stdout.write(`${JSON.stringify({ error: { ...reportOf(error), ...problems } }, null, 2)}\n`);
  }
  return error.origin === 'user' ? 2 : 1;
}

/** A message may spell its problems out below its first line; here they follow as a list. */
function headlineOf({ message, problems }: SyncError): string {
  return problems.length === 0 ? message : (message.split('\n')[0] ?? message);
}

/** The messages behind an error, never its stack. Links are shortened to their host: their paths and queries may be secret. */
function causeLines(error: Error): readonly string[] {
  const lines: string[] = [];
  for (let { cause } = error; cause instanceof Error && lines.length < MOST_CAUSES; { cause } = cause) {
    lines.push(`  caused by ${printable(withoutLinks(`${cause.name}: ${cause.message}`))}`);
  }
  return lines;
}

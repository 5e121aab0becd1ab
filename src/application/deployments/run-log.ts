import { printable } from '../../domain/integrity/untrusted-text.ts';
import { redact } from '../../domain/secrets/redaction.ts';

/** What a run said, in lines that may be shown to anybody. */
export interface RunLog {
  /** A sentence of our own. */
  say(text: string): void;
  /** A line of Terraform's `-json` output, or of what it says before it writes any. */
  hear(line: string): void;
  readonly errors: readonly string[];
  text(): string;
}

const MOST_CHARACTERS = 4 * 1024 * 1024;
const LONGEST_LINE = 2000;
const MOST_ERRORS = 20;

interface UiLine {
  readonly '@message'?: unknown;
  readonly '@level'?: unknown;
  readonly type?: unknown;
  readonly diagnostic?: {
    readonly severity?: unknown;
    readonly summary?: unknown;
    readonly detail?: unknown;
    readonly address?: unknown;
  };
}

/**
 * Secrets that this process holds are taken out of every line, control characters too; long lines are cut, and after
 * 4 MiB only errors are kept. `show` is told every line that is kept;
 * `earlier` is what the same run said before, in another process.
 */
export function createRunLog(show: (line: string) => void, earlier = ''): RunLog {
  const lines: string[] = earlier === '' ? [] : earlier.trimEnd().split('\n');
  const errors: string[] = [];
  let characters = earlier.length;
  let left = 0;

  const keep = (text: string, important: boolean): void => {
    for (const line of text.split(/\r?\n/)) {
      const safe = printable(redact(line));
      const cut = safe.length > LONGEST_LINE ? `${safe.slice(0, LONGEST_LINE).toWellFormed()}… (cut)` : safe;
      if (characters + cut.length > MOST_CHARACTERS && !(important && characters < 2 * MOST_CHARACTERS)) {
        left += 1;
        return;
      }
      characters += cut.length + 1;
      lines.push(cut);
      show(cut);
    }
  };

  return {
    say: (text) => keep(text, true),
    hear: (line) => {
      if (line.trim() === '') return;
      // Before anything is cut: half a secret would not be known as one.
      const { text, error } = readLine(redact(line));
      if (text === undefined) return;
      if (error && errors.length < MOST_ERRORS) errors.push(printable(redact(text)).slice(0, LONGEST_LINE));
      keep(text, error);
    },
    errors,
    text: () => `${lines.join('\n')}\n${left === 0 ? '' : `(${left} more lines are left out)\n`}`,
  };
}

function readLine(line: string): { readonly text: string | undefined; readonly error: boolean } {
  let value: UiLine;
  try {
    value = JSON.parse(line) as UiLine;
  } catch {
    return { text: line.slice(0, 2 * LONGEST_LINE), error: false };
  }
  const { '@message': message, type, diagnostic } = value;
  // Values of outputs stand in these.
  if (type === 'outputs' || type === 'version' || typeof message !== 'string')
    return { text: undefined, error: false };
  if (diagnostic === undefined) return { text: message, error: value['@level'] === 'error' };
  const { severity, summary, detail, address } = diagnostic;
  const where = typeof address === 'string' && address !== '' ? ` (${address})` : '';
  const more = typeof detail === 'string' && detail !== '' ? `: ${detail.slice(0, 4 * LONGEST_LINE)}` : '';
  return { text: `${String(severity)}: ${String(summary)}${where}${more}`, error: severity === 'error' };
}

/** Which resources an apply began to make or change, from its output. */
export interface ApplyTracker {
  hear(line: string): void;
  /** What is deleted is not among them: it is in the state until it is gone. */
  readonly begun: ReadonlySet<string>;
  /** Those that a provider itself calls failed. */
  readonly failed: ReadonlySet<string>;
}

export function createApplyTracker(): ApplyTracker {
  const begun = new Set<string>();
  const failed = new Set<string>();
  return {
    begun,
    failed,
    hear: (line) => {
      if (!line.includes('"apply_')) return;
      try {
        const { type, hook } = JSON.parse(line) as ApplyLine;
        const address = hook?.resource?.addr;
        if (typeof address !== 'string' || hook?.action === 'delete') return;
        if (type === 'apply_start') begun.add(printable(address).slice(0, 300));
        if (type === 'apply_errored') failed.add(printable(address).slice(0, 300));
      } catch {
        // Half a line is all that a killed process leaves.
      }
    },
  };
}

interface ApplyLine {
  readonly type?: unknown;
  readonly hook?: { readonly action?: unknown; readonly resource?: { readonly addr?: unknown } };
}

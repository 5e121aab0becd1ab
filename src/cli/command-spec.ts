import type { Problem } from '../domain/errors.ts';
import type { CliIo } from './io.ts';

export interface OptionSpec {
  /** `--concurrency <n>`, or `--json` for a switch. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times; the values come joined by commas. */
  readonly repeatable?: true;
}

export interface VariableSpec {
  readonly name: string;
  readonly description: string;
}

export interface ArgumentSpec {
  /** `[CONFIG]` when it may be left out, `<FILE>` when not. */
  readonly term: string;
  readonly description: string;
}

/** One call of a command, its arguments split but not yet judged. */
export interface Invocation {
  readonly io: CliIo;
  readonly signal: AbortSignal;
  readonly operands: readonly string[];
  /** By the long name in camel case (`caBundle`): a value, or true for a switch and for a value left out. */
  readonly options: Readonly<Record<string, string | true | undefined>>;
  /** What is wrong with the arguments' form; a command adds what is wrong with their values. */
  readonly problems: readonly Problem[];
}

/** One command: everything its help says, and what it does. `run` returns the exit code. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly argument?: ArgumentSpec;
  /** Behind the first, which is then needed. */
  readonly secondArgument?: ArgumentSpec;
  readonly options: readonly OptionSpec[];
  /** Options that people look for here and that another command stands for: what to do instead. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  readonly variables: readonly VariableSpec[];
  readonly examples: readonly string[];
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Commands under one word, such as `keys list`. */
export interface CommandGroupSpec {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly commands: readonly CommandSpec[];
}

/** `--ca-bundle <path>` → `--ca-bundle`. */
export function longFlag(option: OptionSpec): string {
  return option.flags.split(' ')[0] ?? option.flags;
}

/** `--ca-bundle` → `caBundle`, as commander names it. */
export function optionKey(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

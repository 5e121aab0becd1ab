import { type Problem, SyncError, toSyncError } from '../domain/errors.ts';
import { type Invocation, optionKey } from './command-spec.ts';

/** A value and where it was given, for messages: `--address` or `TFC_ADDRESS`. */
export interface Setting {
  readonly value: string;
  readonly from: string;
}

/** Reads an invocation's options and environment and gathers everything that is wrong with them. */
export interface SettingsReader {
  /** The option's value; undefined when it is absent or, with a problem noted, left empty. */
  option(flag: string): Setting | undefined;
  switchedOn(flag: string): boolean;
  /** The first of the variables that is set to more than blanks. */
  variable(...names: readonly string[]): Setting | undefined;
  note(problem: Problem): void;
  /** What `read` returns; undefined, with its SyncError noted as a problem of `path`, when it throws. */
  attempt<T>(path: string, read: () => T | Promise<T>): Promise<T | undefined>;
  /**
   * Throws ArgumentsInvalid when an argument is among the problems, SettingsInvalid when only the environment
   * is. Without any problem, every value is there: `value` is returned.
   */
  requireSound<T>(value: T | undefined): T;
}

export function createSettingsReader({ io, options, problems }: Invocation): SettingsReader {
  const found: Problem[] = [...problems];
  const note = (problem: Problem) => void found.push(problem);
  return {
    note,
    option(flag) {
      const value = options[optionKey(flag)];
      if (value === undefined) return undefined;
      if (value !== true && value.trim() !== '') return { value, from: flag };
      note({ path: flag, message: 'needs a value', fix: `Write ${flag} and the value behind it.` });
      return undefined;
    },
    switchedOn: (flag) => options[optionKey(flag)] === true,
    variable(...names) {
      for (const name of names) {
        const value = io.environment[name]?.trim();
        if (value !== undefined && value !== '') return { value, from: name };
      }
      return undefined;
    },
    async attempt(path, read) {
      try {
        return await read();
      } catch (error) {
        note({ path, message: toSyncError(error).message });
        return undefined;
      }
    },
    requireSound(value) {
      if (found.length > 0) throw unsound(found);
      if (value !== undefined) return value;
      throw new SyncError('InternalError', 'A setting is missing and nothing says which.');
    },
  };
}

/** Names such as TFC_TOKEN; arguments are called KEYID, FILE and the like. */
const VARIABLE_NAME = /^[A-Z]+(?:_[A-Z]+)+$/;

function unsound(problems: readonly Problem[]): SyncError {
  return problems.every(({ path }) => VARIABLE_NAME.test(path))
    ? new SyncError('SettingsInvalid', 'The environment does not say all that is needed.', { problems })
    : new SyncError('ArgumentsInvalid', 'The command cannot be run as it is written.', { problems });
}

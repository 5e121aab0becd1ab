import { type Problem, SyncError, toSyncError } from '../domain/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables and gathers everything that is wrong with them. */
export interface EnvironmentReader {
  /** Undefined when the variable is missing or blank. */
  optional(name: string): string | undefined;
  /** As above, with a problem noted when it is missing. */
  required(name: string): string;
  /** What `parse` makes of the variable; `whenAbsent` without it. What `parse` throws becomes a problem. */
  parsed<T>(name: string, whenAbsent: T, parse: (value: string) => T): T;
  /** What `read` returns; the problems of a SyncError it throws are noted. */
  attempt<T>(whenFailed: T, read: () => T): T;
}

/** Everything a function reads of its environment. Throws SettingsInvalid with all problems at once. */
export function readSettings<T>(environment: Environment, read: (reader: EnvironmentReader) => T): T {
  const problems: Problem[] = [];
  const settings = read(createReader(environment, problems));
  if (problems.length === 0) return settings;
  const lines = problems.map(({ path, message, fix }) => `${path} ${message}.${fix ? ` ${fix}` : ''}`);
  throw new SyncError('SettingsInvalid', `The function's environment cannot be used. ${lines.join(' ')}`, {
    problems,
  });
}

function createReader(environment: Environment, problems: Problem[]): EnvironmentReader {
  const optional = (name: string) => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  return {
    optional,
    required: (name) => {
      const value = optional(name);
      if (value === undefined) problems.push({ path: name, message: 'is not set' });
      return value ?? '';
    },
    parsed: (name, whenAbsent, parse) => {
      const value = optional(name);
      if (value === undefined) return whenAbsent;
      try {
        return parse(value);
      } catch (error) {
        const message = toSyncError(error).message.replace(/\.$/, '');
        problems.push({ path: name, message: `cannot be used: ${message}` });
        return whenAbsent;
      }
    },
    attempt: (whenFailed, read) => {
      try {
        return read();
      } catch (error) {
        problems.push(...toSyncError(error).problems);
        return whenFailed;
      }
    },
  };
}

import { SyncError } from '../../domain/errors.ts';
import { parseToken } from '../../domain/secrets/parse-token.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { describeFileProblem, readTextFile } from './read-text-file.ts';

/** API tokens are below 200 characters; a larger file is another file. */
const MAX_TOKEN_BYTES = 64 * 1024;

/** The token in one variable of `environment`, without surrounding blanks; `what` names another kind of secret. */
export function createEnvironmentTokenSource(
  environment: Readonly<Record<string, string | undefined>>,
  variable: string,
  what?: string,
): TokenSource {
  return {
    description: `the environment variable ${variable}`,
    async read() {
      const value = environment[variable];
      if (value === undefined) {
        throw new SyncError('SecretUnreadable', `The environment variable ${variable} is not set.`);
      }
      return parseToken(value, `The environment variable ${variable}`, what);
    },
  };
}

/**
 * The token in a file, without surrounding blanks; read anew every time, so that a rotated token is found.
 * `warn` is told once when other users may read the file.
 */
export function createFileTokenSource(options: {
  readonly path: string;
  readonly warn?: (message: string) => void;
  readonly what?: string;
}): TokenSource {
  const { path, what } = options;
  let { warn } = options;
  return {
    description: `the file ${path}`,
    async read() {
      const file = await readTextFile(path, MAX_TOKEN_BYTES);
      if ('problem' in file) {
        const what = `The token file ${path} ${describeFileProblem(file.problem)}.`;
        throw new SyncError('SecretUnreadable', what, { cause: file.cause });
      }
      const token = parseToken(file.text, `The token file ${path}`, what);
      if (readableByOthers(file.mode)) {
        warn?.(`The token file ${path} can be read by other users: chmod 600 ${path}`);
        warn = undefined;
      }
      return token;
    },
  };
}

/** Windows reports no owner's bits, so nothing is said there. */
function readableByOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o044) !== 0;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '../../src/cli/io.ts';
import { BUILT_COMMAND } from './built-command.ts';
import type { Ran } from './command-line.ts';

export interface RunningCommand extends AsyncDisposable {
  readonly process: ChildProcess;
  /** What it has written to stdout so far. */
  readonly stdout: () => string;
  /** Resolves when stdout and stderr together contain `text`; rejects when the process ends before. */
  saying(text: string): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Of the environment that the tests run in the PATH, and where files of the run are kept. */
function environmentOf(environment: Environment): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, COMPILED_COMMANDS } = process.env;
  return { PATH, TMPDIR, NODE_COMPILE_CACHE: COMPILED_COMMANDS, ...environment };
}

/** The command line in a process of its own, as it is built unless `main` is given. Disposing ends it at once. */
export function startProviderSync(
  args: readonly string[],
  options: { readonly environment?: Environment; readonly cwd?: string; readonly main?: string } = {},
): RunningCommand {
  const child = spawn(process.execPath, [options.main ?? BUILT_COMMAND, ...args], {
    env: environmentOf(options.environment ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const hear = (stream: 'stdout' | 'stderr') => (chunk: string) => {
    said[stream] += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', hear('stdout'));
  child.stderr.setEncoding('utf8').on('data', hear('stderr'));
  const ended = once(child, 'close').then(([code]): Ran => ({ code: code as number | null, ...said }));
  return {
    process: child,
    ended,
    stdout: () => said.stdout,
    saying: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!`${said.stdout}${said.stderr}`.includes(text)) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
        void ended.then(() => reject(new Error(`Ended without saying "${text}": ${JSON.stringify(said)}`)));
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export function providerSync(
  args: readonly string[],
  options: { readonly environment?: Environment; readonly cwd?: string } = {},
): Promise<Ran> {
  return startProviderSync(args, options).ended;
}

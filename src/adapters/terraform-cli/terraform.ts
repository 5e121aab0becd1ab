import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { SyncError } from '../../domain/errors.ts';
import type { Terraform, TerraformCall, TerraformEnd, TerraformWorkspace } from '../../ports/terraform.ts';
import { cliConfigOf, type ProviderMirror, unlisted } from './cli-config.ts';
import { followFile } from './follow.ts';
import { askToStop, STOP_MARK, send, settleFolder } from './processes.ts';

export interface TerraformOptions {
  /** `terraform`, or where it lies. */
  readonly program: string;
  /** Where workspaces lie, each in a folder of its own. */
  readonly root: string;
  readonly mirror: ProviderMirror;
  /** All that Terraform and its providers get to know of this process's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long Terraform may take to stop before it is killed, in milliseconds. */
  readonly graceMs: number;
}

/** Output of commands, and what steers them: out of the way of the module's files. */
const OWN = '.provider-sync';
const FOLLOW_MS = 25;

/**
 * Terraform as processes of its own. Their output goes into files: a runner that dies does not take Terraform with it
 * by a broken pipe, and one that is slow does not hold it up. They are told to stop at most once.
 */
export function createTerraform(options: TerraformOptions): Terraform {
  const { root, mirror, graceMs } = options;
  const folderOf = (id: string): string => join(resolve(root), id);
  const settled = async (id: string): Promise<string> => {
    const folder = folderOf(id);
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined) await settleFolder(real, graceMs);
    return folder;
  };
  return {
    missing: (entries) => unlisted(mirror, entries),
    open: async (id, files) => {
      const folder = await settled(id);
      await rm(folder, { recursive: true, force: true });
      // Secrets lie in it.
      await mkdir(join(folder, OWN), { recursive: true, mode: 0o700 });
      for (const [path, text] of files) await writeInto(folder, path, text);
      await writeInto(folder, join(OWN, 'cli.tfrc'), cliConfigOf(mirror));
      return createWorkspace(await realpath(folder), options);
    },
    leftBehind: async function* (id, name) {
      const path = join(await settled(id), name);
      if ((await stat(path).catch(() => undefined)) === undefined) return;
      yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
    },
    discard: async (id) => await rm(await settled(id), { recursive: true, force: true }),
    leftFile: async (id, name) => await readFile(join(await settled(id), name)).catch(() => undefined),
  };
}

function createWorkspace(folder: string, options: TerraformOptions): TerraformWorkspace {
  let calls = 0;
  let kept = false;
  return {
    keep: () => {
      kept = true;
    },
    write: (name, contents) => writeInto(folder, name, contents),
    read: (name) => readFile(join(folder, name)).catch(() => undefined),
    run: async (call) => {
      calls += 1;
      const output = join(folder, call.keepAs ?? join(OWN, `output-${calls}.jsonl`));
      return await run(folder, output, call, options);
    },
    [Symbol.asyncDispose]: async () => {
      await settleFolder(folder, options.graceMs);
      if (!kept) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeInto(folder: string, name: string, contents: Uint8Array | string): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, contents, { mode: 0o600 });
}

async function run(
  folder: string,
  outputPath: string,
  { args, stop, onLine }: TerraformCall,
  { program, environment, graceMs }: TerraformOptions,
): Promise<TerraformEnd> {
  await rm(join(folder, STOP_MARK), { force: true });
  const file = await open(outputPath, 'w', 0o600);
  const child = spawn(program, [...args], {
    cwd: folder,
    // Nothing but this: TF_CLI_ARGS, TF_VAR_…, TF_WORKSPACE, TF_REATTACH_PROVIDERS and the like steer Terraform.
    env: {
      ...environment,
      HOME: folder,
      TF_CLI_CONFIG_FILE: join(folder, OWN, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      CHECKPOINT_DISABLE: '1',
    },
    // A terminal's Ctrl-C goes to the whole group of processes: Terraform would hear it twice, and providers at all.
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  // It may fail before anybody waits for it.
  ended.catch(() => {});
  const follower = onLine === undefined ? undefined : await followFile(outputPath, onLine);
  let asked: Promise<unknown> | undefined;
  let killer: NodeJS.Timeout | undefined;
  const ask = (): void => {
    const { pid } = child;
    if (pid === undefined || asked !== undefined) return;
    asked = askToStop(folder, pid);
    killer = setTimeout(() => send(pid, 'SIGKILL'), graceMs);
  };
  stop.addEventListener('abort', ask, { once: true });
  if (stop.aborted) ask();
  let following: Promise<void> = Promise.resolve();
  const ticking = setInterval(() => {
    following = following.then(() => follower?.read());
  }, FOLLOW_MS);
  try {
    const [code] = await ended;
    return {
      code: code ?? undefined,
      output: async (maxBytes) => {
        const { size } = await stat(outputPath);
        if (size <= maxBytes) return await readFile(outputPath, 'utf8');
        throw new SyncError(
          'TerraformFailed',
          `terraform ${args[0]} wrote ${size} bytes, and ${maxBytes} are looked at.`,
        );
      },
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fix = code === 'ENOENT' ? ' Install it, or name it with --terraform.' : '';
    throw new SyncError(
      'SettingsInvalid',
      `${program} cannot be started (${code ?? 'unknown error'}).${fix}`,
      {
        cause: error,
      },
    );
  } finally {
    clearInterval(ticking);
    clearTimeout(killer);
    stop.removeEventListener('abort', ask);
    await following;
    await follower?.end();
    await asked;
    await file.close();
  }
}

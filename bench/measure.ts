import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Counts, ServersOptions, ServersReady } from './scenario.ts';

export interface Measured {
  readonly seconds: number;
  /** User and system time of the process and all it started; undefined where /proc does not tell. */
  readonly cpuSeconds: number | undefined;
  readonly peakMegabytes: number | undefined;
  readonly megabytesToDisk: number | undefined;
}

/** Runs one command to its end and measures it. Throws when it fails. */
export async function measure(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Measured> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-usage-'));
  const usageFile = path.join(folder, 'usage.json');
  const cpuBefore = childCpuSeconds();
  const started = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, ...environment, BENCH_USAGE_FILE: usageFile },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${Buffer.concat(said).toString()}`);
  const cpuAfter = childCpuSeconds();
  const usage = await readUsage(usageFile);
  await rm(folder, { recursive: true, force: true });
  return {
    seconds,
    cpuSeconds: cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
    ...usage,
  };
}

export interface Servers extends ServersReady {
  /** What they saw since they started. */
  counts(): Promise<Counts>;
}

/** Runs `use` with fresh registries in a process of their own. */
export async function withServers<T>(
  options: ServersOptions,
  use: (servers: Servers) => Promise<T>,
): Promise<T> {
  const child: ChildProcess = fork(new URL('./servers.ts', import.meta.url), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [ready] = (await once(child, 'message')) as [ServersReady];
  const counts = async (): Promise<Counts> => {
    const answer = once(child, 'message');
    child.send('counts');
    return ((await answer) as [Counts])[0];
  };
  try {
    return await use({ ...ready, counts });
  } finally {
    const closed = once(child, 'exit');
    child.disconnect();
    await closed;
  }
}

/** CPU time of all children that have ended, from Linux's /proc. */
function childCpuSeconds(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticksPerSecond = 100;
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

async function readUsage(file: string): Promise<Pick<Measured, 'peakMegabytes' | 'megabytesToDisk'>> {
  try {
    const { peakKilobytes, bytesToDisk } = JSON.parse(await readFile(file, 'utf8')) as {
      peakKilobytes: number;
      bytesToDisk: number | null;
    };
    return {
      peakMegabytes: peakKilobytes / 1024,
      megabytesToDisk: bytesToDisk === null ? undefined : bytesToDisk / 1024 ** 2,
    };
  } catch {
    return { peakMegabytes: undefined, megabytesToDisk: undefined };
  }
}

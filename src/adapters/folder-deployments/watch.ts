import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { RunnerWatch } from '../../ports/runner-watch.ts';

/** A process that began this much after the run is not the run's: its number was given away again. */
const SLACK_MS = 5000;
const TICKS_PER_SECOND = 100;

/** Knows the processes of this machine alone: of runs elsewhere there is no evidence. */
export function createLocalWatch(): RunnerWatch {
  return {
    evidenceOfDeath: async ({ host, pid, startedAt, task }) => {
      if (pid === undefined || task !== undefined || host !== hostname()) return undefined;
      if (!isAlive(pid)) return `there is no process ${pid} on ${host} any more`;
      const began = await startOf(pid);
      if (began === undefined || began <= Date.parse(startedAt) + SLACK_MS) return undefined;
      return `process ${pid} on ${host} is another one, which began at ${new Date(began).toISOString()}`;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, where /proc tells (proc(5), "starttime"). */
async function startOf(pid: number): Promise<number | undefined> {
  try {
    const [, booted] = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8')) ?? [];
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
    const ticks = Number(fields[19]);
    return booted === undefined || !Number.isFinite(ticks)
      ? undefined
      : (Number(booted) + ticks / TICKS_PER_SECOND) * 1000;
  } catch {
    return undefined;
  }
}

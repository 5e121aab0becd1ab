/**
 * Runs of one stack take turns: the first of a queue works, the others wait. A turn belongs to an execution of the
 * state machine and ends with it, however it ends; nothing has to be given back, so nothing can stay taken.
 */

/** A run in the queue; the first one has the turn. */
export interface QueuedRun {
  /** The ARN of its execution. */
  readonly executionId: string;
  /** The config it reads, as text: two runs with the same text do the same work. Empty: nobody else does its work. */
  readonly wants: string;
  /** When it entered the queue, in ISO 8601. */
  readonly since: string;
}

export type Turn =
  | { readonly turn: 'yours' }
  | { readonly turn: 'wait'; readonly ahead: number }
  /** A run that has not begun yet will do the same work. */
  | { readonly turn: 'joined'; readonly joined: string };

/** What a run wants: exactly one version of the config, or the latest when its turn comes. */
export function wishOf(config: {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | null | undefined;
}): string {
  return `${config.bucket}/${config.key}@${config.versionId ?? 'latest'}`;
}

/**
 * Where a run stands, and the queue as it is then; the same array when it did not change. Runs in `ended` are taken
 * out. First come, first served: so the newest config is worked on last, and its wish is the one that stays.
 */
export function enterQueue(
  runs: readonly QueuedRun[],
  run: QueuedRun,
  ended: ReadonlySet<string>,
): { readonly runs: readonly QueuedRun[]; readonly turn: Turn } {
  const isOwn = ({ executionId }: QueuedRun) => executionId === run.executionId;
  const present = runs.filter((other) => isOwn(other) || !ended.has(other.executionId));
  const covering = present.some(isOwn) ? undefined : findCovering(runs, run.wants, ended);
  const left = present.length === runs.length ? runs : present;
  if (covering !== undefined) return { runs: left, turn: { turn: 'joined', joined: covering.executionId } };
  const queue = present.some(isOwn) ? left : [...present, run];
  const ahead = queue.findIndex(isOwn);
  return { runs: queue, turn: ahead === 0 ? { turn: 'yours' } : { turn: 'wait', ahead } };
}

/** A waiting run that wants the same. The first of the queue may have read its config already, so it does not count. */
export function findCovering(
  runs: readonly QueuedRun[],
  wants: string,
  ended: ReadonlySet<string>,
): QueuedRun | undefined {
  if (wants === '') return undefined;
  return runs.slice(1).find((other) => other.wants === wants && !ended.has(other.executionId));
}

const SHORTEST_WAIT_SECONDS = 15;
const LONGEST_WAIT_SECONDS = 1800;

/** How long to wait before asking again: half of what was waited already, 15 seconds to half an hour. */
export function secondsToWait(waitedSeconds: number): number {
  const half = Math.round(Math.max(0, waitedSeconds) / 2);
  return Math.min(LONGEST_WAIT_SECONDS, Math.max(SHORTEST_WAIT_SECONDS, half));
}

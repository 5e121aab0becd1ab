import type { QueuedRun } from '../../src/domain/deployment/turn.ts';
import type { TurnQueue } from '../../src/ports/turn-queue.ts';

/** A queue in memory; every call gives others the chance to come in between, as a request does. */
export function createFakeTurnQueue(): TurnQueue & { readonly writes: () => number } {
  let stored: { readonly runs: readonly QueuedRun[]; readonly revision: string } | undefined;
  let writes = 0;
  return {
    async read() {
      await new Promise(setImmediate);
      return { runs: stored?.runs ?? [], revision: stored?.revision };
    },
    async write(runs, revision) {
      await new Promise(setImmediate);
      if (stored?.revision !== revision) return false;
      writes += 1;
      stored = { runs, revision: `revision-${writes}` };
      return true;
    },
    writes: () => writes,
  };
}

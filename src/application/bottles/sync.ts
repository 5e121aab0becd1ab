import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { bringBottles, signersOf } from './bring.ts';
import { finishRun } from './finish.ts';
import type { BottleOptions, BottlePorts } from './ports.ts';
import { prepareRun } from './prepare.ts';
import { takeOutRecalled } from './recalls.ts';
import type { BottlesResult } from './results.ts';
import { inTurn } from './turn.ts';

/**
 * Brings the mirror to what the API names today: bottles first, then the indexes that name them, then a snapshot, and
 * last the API files that clients ask for. Where anything is missing that "allow-missing" does not name, no snapshot is
 * made and clients see what they saw. "published" and "up-to-date" are said of what the store shows afterwards. Throws
 * what `proveIndex` and the store do, DestinationUnavailable while a cleanup runs, and Interrupted.
 */
export async function syncBottles(
  ports: BottlePorts,
  entry: BottlesEntry,
  options: BottleOptions = {},
): Promise<BottlesResult> {
  return await inTurn(ports, 'sync', async () => {
    const prepared = await prepareRun(ports, entry, options.signal);
    const { apis, resolution, present, open, holdings } = prepared;
    await takeOutRecalled(ports, prepared);
    ports.progress?.signal({ kind: 'BottlesAwaited', bottles: open.map(({ filename }) => filename) });
    const brought = await bringBottles(ports, open, holdings, { ...options, signedBy: signersOf(apis) });
    return await finishRun(ports, prepared, {
      apis: apis.map((api) => ({ ...api, open: () => oneChunk(api.bytes()) })),
      problems: resolution.problems,
      remarks: resolution.remarks,
      brought: [...present.map((bottle) => ({ outcome: 'present' as const, bottle })), ...brought],
      allowMissing: entry.allowMissing,
      minimumAgeMs: entry.minimumAge?.milliseconds ?? 0,
    });
  });
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

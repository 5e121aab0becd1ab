import { createHash } from 'node:crypto';
import type { WantedBottle } from '../../../domain/bottle/resolve.ts';
import {
  readGroup,
  readGroupResult,
  readPresentBottles,
  readRunPlan,
} from '../../../domain/bottle/run/schema.ts';
import type { SnapshotApi } from '../../../domain/bottle/snapshot.ts';
import { SyncError } from '../../../domain/errors.ts';
import type { MirrorStore } from '../../../ports/mirror-store.ts';
import type { BroughtBottle } from '../bring.ts';
import { finishRun, type HeldApi } from '../finish.ts';
import { readMirror } from '../mirror-documents.ts';
import type { BottlePorts } from '../ports.ts';
import type { BottlesResult } from '../results.ts';
import { beginTurn, endTurn } from '../turn.ts';
import { findPaper, type RunKeys, readPaper, runKeys } from './documents.ts';

/** A group that nobody could bring to its end, and by what word that was told. */
export interface LostGroup {
  readonly group: string;
  readonly error: string;
}

/**
 * The end of a begun run, once everybody who was to bring its groups is done: as `finishRun`, of what they have left
 * behind. Nothing is taken for granted: the API files are proved again, and every bottle is looked for. The turn ends
 * with it, unless it throws. Throws what the store and `FormulaeApi.prove` do.
 */
export async function publishRun(
  ports: Omit<BottlePorts, 'registry'>,
  { id, lost }: { readonly id: string; readonly lost: readonly LostGroup[] },
): Promise<BottlesResult> {
  const { store } = ports;
  const keys = runKeys(id);
  await beginTurn(ports, 'sync', id);
  const plan = await readPaper(store, keys.plan, readRunPlan);
  const { bottles: present } = await readPaper(store, keys.present, readPresentBottles);
  const brought: BroughtBottle[] = present.map((bottle) => ({ outcome: 'present', bottle }));
  for (const group of [...plan.batches, ...plan.tasks]) {
    const why = lost.find((each) => each.group === group)?.error;
    brought.push(...(await groupOutcomes(store, keys, group, why)));
  }
  const apis: HeldApi[] = [];
  for (const api of plan.apis) apis.push(await provedAgain(ports, keys.api(api.path), api));
  const { problems, remarks, allowMissing, minimumAgeMs } = plan;
  const run = { apis, problems, remarks, brought, allowMissing, minimumAgeMs };
  const result = await finishRun(ports, await readMirror(store), run);
  await endTurn(ports, id);
  return result;
}

/** Ends the turn of a run that will not come to its end. What it has brought stays for the next one. */
export async function abandonRun(ports: Pick<BottlePorts, 'store'>, id: string): Promise<void> {
  await endTurn(ports, id);
}

async function groupOutcomes(
  store: MirrorStore,
  keys: RunKeys,
  group: string,
  lostBy: string | undefined,
): Promise<readonly BroughtBottle[]> {
  const result = await findPaper(store, keys.result(group), readGroupResult);
  if (result !== undefined) return result.outcomes;
  const { bottles } = await readPaper(store, keys.group(group), readGroup);
  return bottles.map((bottle) => lostBottle(bottle, group, lostBy));
}

function lostBottle(bottle: WantedBottle, group: string, lostBy: string | undefined): BroughtBottle {
  const why = lostBy === undefined ? 'nobody brought it' : `whoever was to bring it ended with ${lostBy}`;
  const message = `It belongs to ${group}; ${why}. The next run goes on with it.`;
  return { outcome: 'failed', bottle, error: { code: 'Interrupted', origin: 'system', message } };
}

/** Holds what lies in the bucket to what was proved at the beginning, and to the key. */
async function provedAgain(
  { store, api }: Pick<BottlePorts, 'store' | 'api'>,
  key: string,
  told: SnapshotApi,
): Promise<HeldApi> {
  const bytes = await readWhole(store, key, told.size);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== told.sha256) {
    throw new SyncError(
      'DigestMismatch',
      `${key} in ${store.location} has the SHA-256 ${found}, the run proved ${told.sha256}. Nothing was published.`,
    );
  }
  const signedBy = await api.prove(told.path, bytes);
  return { ...told, signedBy, open: () => chunksOf(store, key) };
}

async function readWhole(store: MirrorStore, key: string, size: number): Promise<Uint8Array> {
  const opened = await store.openFile({ key });
  if (opened?.size !== size) {
    throw new SyncError(
      'DestinationResponseInvalid',
      `${key} in ${store.location} is ${opened === undefined ? 'not there' : `${opened.size} bytes long`}, and has to have ${size} bytes.`,
    );
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* chunksOf(store: MirrorStore, key: string): AsyncGenerator<Uint8Array> {
  const opened = await store.openFile({ key });
  if (opened === undefined) {
    throw new SyncError('DestinationResponseInvalid', `${key} is not in ${store.location} any more.`);
  }
  yield* opened.body;
}

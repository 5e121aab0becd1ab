import { type BottleCleanup, planBottleCleanup } from '../../domain/bottle/retention.ts';
import { type ErrorReport, reportOf } from '../../domain/errors.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import { readPublication, readSnapshots } from './mirror-documents.ts';
import type { BottlePorts } from './ports.ts';
import { inTurn } from './turn.ts';

export interface BottleCleanupRequest {
  readonly keepSnapshots: number;
  /** 0 to 1. */
  readonly maxShare: number;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

export interface BottleCleanupResult {
  readonly ok: boolean;
  readonly dryRun: boolean;
  readonly destination: string;
  readonly keptSnapshots: readonly string[];
  readonly deletedSnapshots: readonly string[];
  /** What was deleted, or would be. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly brake?: ErrorReport;
  readonly failed: readonly { readonly file: string; readonly error: ErrorReport }[];
}

/**
 * Deletes the snapshots that are not kept and what nothing kept names; a dry run says what that is. The brake's error is
 * thrown before the first deletion, and in a dry run told. Throws DestinationUnavailable while a sync runs.
 */
export async function cleanupBottles(
  ports: Pick<BottlePorts, 'store' | 'clock'>,
  request: BottleCleanupRequest,
): Promise<BottleCleanupResult> {
  if (request.dryRun) return told(ports, await plan(ports, request), { dryRun: true, failed: [] });
  return await inTurn(ports, 'cleanup', async () => {
    const planned = await plan(ports, request);
    if (planned.brake !== undefined) throw planned.brake;
    return told(ports, planned, { dryRun: false, failed: await apply(ports, planned.keys, request.signal) });
  });
}

async function plan({ store, clock }: Pick<BottlePorts, 'store' | 'clock'>, request: BottleCleanupRequest) {
  const { publication } = await readPublication(store);
  const snapshots = await readSnapshots(store);
  const files = [...(await store.list('v2')), ...(await store.list('snapshots'))];
  const { keepSnapshots, maxShare } = request;
  return planBottleCleanup(
    { snapshots, current: publication?.current, files },
    { keepSnapshots, maxShare, now: clock.now() },
  );
}

/** One by one, in order: a snapshot goes before what it names, so that broken off nothing that is listed lacks a part. */
async function apply(
  { store }: Pick<BottlePorts, 'store'>,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<BottleCleanupResult['failed']> {
  const failed: { file: string; error: ErrorReport }[] = [];
  for (const key of keys) {
    if (signal?.aborted) throw interruptionOf(signal.reason);
    await store.delete(key).catch((error: unknown) => failed.push({ file: key, error: reportOf(error) }));
    if (failed.length > 0 && key.endsWith('/bottles.json')) break;
  }
  return failed;
}

function told(
  { store }: Pick<BottlePorts, 'store'>,
  { keptSnapshots, deletedSnapshots, keys, bytes, brake }: BottleCleanup,
  { dryRun, failed }: Pick<BottleCleanupResult, 'dryRun' | 'failed'>,
): BottleCleanupResult {
  return {
    ok: failed.length === 0 && brake === undefined,
    dryRun,
    destination: store.location,
    keptSnapshots,
    deletedSnapshots,
    files: keys,
    bytes,
    ...(brake === undefined ? {} : { brake: reportOf(brake) }),
    failed,
  };
}

const MAX_NAMED = 10;

/** One line for a mail about what went wrong; undefined when all went well. */
export function describeBottleCleanupFailure({
  ok,
  files,
  brake,
  failed,
}: BottleCleanupResult): string | undefined {
  if (ok) return undefined;
  if (brake !== undefined) return brake.message;
  const named = failed.slice(0, MAX_NAMED).map(({ file, error }) => `${file}: ${error.message}`);
  return `${failed.length} of ${files.length} files could not be deleted. The first: ${named.join(' ')}`;
}

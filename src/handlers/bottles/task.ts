// What the container runs, and then ends: one group of a run of the state machine, or, where none is named, one whole
// sync of the bottles that a config in a bucket asks for.
import process from 'node:process';
import { S3Client } from '@aws-sdk/client-s3';
import { createS3ConfigSource, pinConfig } from '../../adapters/aws/s3-config-source.ts';
import { createFolderMirrorStore } from '../../adapters/folder/mirror-store.ts';
import { bringRunGroup } from '../../application/bottles/run/bring-group.ts';
import { syncBottles } from '../../application/bottles/sync.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { reportOf, SyncError } from '../../domain/errors.ts';
import { redact } from '../../domain/secrets/redaction.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { connectBottleUpstream, readBottleUpstream } from '../composition/bottle-upstream.ts';
import { openMirror, readMirrorLocation } from '../composition/bottles.ts';
import { systemClock } from '../composition/clock.ts';
import { composeLedger } from '../composition/ledger.ts';
import { SDK_OPTIONS } from '../composition/sdk.ts';
import { type Environment, readSettings } from '../environment.ts';
import { runIdOf } from './events/schema.ts';

/** 128 + the signal's number, as shells report it: whoever runs the task again can tell it from a failure. */
const STOPPED = 143;

const log = (line: object): void => void process.stdout.write(`${redact(JSON.stringify(line))}\n`);

/** A line of JSON an event, and one with the result at the end: logs are searched by their members. */
const reporter: EventLog = {
  append: (event) => log({ level: event.kind === 'BottleFailed' ? 'ERROR' : 'INFO', ...event }),
  flush: async () => {},
};

const logger = {
  warn: (kind: string, extra: object) => log({ level: 'WARN', kind, ...extra }),
  error: (kind: string, extra: object) => log({ level: 'ERROR', kind, ...extra }),
};

/** What the last line tells, and whether all is well. */
interface Done {
  readonly ok: boolean;
  readonly result: object;
}

async function run(environment: Environment, signal: AbortSignal): Promise<Done> {
  const { upstream, execution } = readSettings(environment, (reader) => ({
    upstream: readBottleUpstream(reader),
    execution: reader.optional('EXECUTION_ID'),
  }));
  await using stack = new AsyncDisposableStack();
  const { api, registry } = stack.use(await connectBottleUpstream(upstream, signal));
  const { events } = composeLedger({ environment, telemetry: { reporter, logger } })(stack);
  const ports = { api, registry, events, clock: systemClock };
  return execution === undefined
    ? await runWhole(ports, environment, signal)
    : await runGroup(ports, { environment, execution, signal });
}

type Upstream = Omit<Parameters<typeof syncBottles>[0], 'store'>;

/** Formulae that failed are the run's business: it ends the task well, so that nobody begins it again for them. */
async function runGroup(
  ports: Upstream,
  of: { readonly environment: Environment; readonly execution: string; readonly signal: AbortSignal },
): Promise<Done> {
  const { environment, execution, signal } = of;
  const { mirror, group } = readSettings(environment, (reader) => ({
    mirror: readMirrorLocation(reader),
    group: reader.required('GROUP'),
  }));
  const store = openMirror(mirror, environment);
  const result = await bringRunGroup({ ...ports, store }, { id: runIdOf(execution), group }, { signal });
  return { ok: true, result: { group, ...result } };
}

async function runWhole(ports: Upstream, environment: Environment, signal: AbortSignal): Promise<Done> {
  const place = readSettings(environment, (reader) => ({
    bucket: reader.required('CONFIG_BUCKET'),
    key: reader.required('CONFIG_KEY'),
  }));
  const bottles = await readEntry(place, environment);
  const { destination } = bottles;
  const store =
    destination.scheme === 'folder'
      ? createFolderMirrorStore(destination.path)
      : openMirror(destination, environment);
  const { bottles: _each, ...result } = await syncBottles({ ...ports, store }, bottles, { signal });
  return { ok: result.ok, result };
}

async function readEntry(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  environment: Environment,
): Promise<BottlesEntry> {
  // A stand-in on one host cannot answer for a host name a bucket.
  const s3 = new S3Client({ ...SDK_OPTIONS, forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined });
  const reference = await pinConfig(s3, { bucket, key });
  const { bottles } = await readConfig({ configSource: createS3ConfigSource(s3, reference) });
  if (bottles !== undefined) return bottles;
  throw new SyncError(
    'ConfigInvalid',
    `s3://${bucket}/${key} asks for no bottles. Write them under "bottles".`,
  );
}

/** Runs once and returns the exit code: 0 all well, 1 failed or incomplete, 143 stopped before it was done. */
async function main(): Promise<number> {
  const stop = new AbortController();
  // Two minutes before a Spot task is taken away it is told so. What has arrived stays; the next task goes on.
  process.once('SIGTERM', () => {
    stop.abort(new SyncError('Interrupted', 'Stopped by SIGTERM before it was done. The next run goes on.'));
  });
  try {
    const { ok, result } = await run(process.env, stop.signal);
    log({ level: ok ? 'INFO' : 'ERROR', kind: 'Result', ...result });
    return ok ? 0 : 1;
  } catch (error) {
    log({ level: 'ERROR', kind: 'Failed', error: reportOf(error) });
    return stop.signal.aborted ? STOPPED : 1;
  }
}

process.exitCode = await main();

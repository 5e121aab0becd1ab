// What the container runs: one sync of the bottles that a config in a bucket asks for, then its end.
import process from 'node:process';
import { S3Client } from '@aws-sdk/client-s3';
import { createS3ConfigSource, pinConfig } from '../../adapters/aws/s3-config-source.ts';
import { createMirrorS3Client } from '../../adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../adapters/aws/s3-mirror-store.ts';
import { createFolderMirrorStore } from '../../adapters/folder/mirror-store.ts';
import { readApiKeys } from '../../adapters/homebrew/api-keys.ts';
import { createBottleRegistry, DEFAULT_BOTTLE_REGISTRY } from '../../adapters/homebrew/bottle-registry.ts';
import { createFormulaeApi, DEFAULT_FORMULAE_API } from '../../adapters/homebrew/formulae-api.ts';
import { hostOf, parseHttpAddress } from '../../adapters/http/address.ts';
import { createHttpClient } from '../../adapters/http/client.ts';
import type { BottlesResult } from '../../application/bottles/results.ts';
import { syncBottles } from '../../application/bottles/sync.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import type { MirrorLocation } from '../../domain/config/destinations.ts';
import { reportOf, SyncError } from '../../domain/errors.ts';
import { HOMEBREW_API_KEYS } from '../../domain/integrity/jws.ts';
import { redact } from '../../domain/secrets/redaction.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { SDK_OPTIONS } from '../composition/sdk.ts';
import { type Environment, type EnvironmentReader, readSettings } from '../environment.ts';
import { readProxy } from '../settings.ts';

/** 128 + the signal's number, as shells report it: whoever runs the task again can tell it from a failure. */
const STOPPED = 143;
const API_DOCUMENT_MS = 300_000;

const log = (line: object): void => void process.stdout.write(`${redact(JSON.stringify(line))}\n`);

/** A line of JSON an event, and one with the result at the end: logs are searched by their members. */
const events: EventLog = {
  append: (event) => log({ level: event.kind === 'BottleFailed' ? 'ERROR' : 'INFO', ...event }),
  flush: async () => {},
};

const clock = { now: () => new Date(), monotonic: () => performance.now() };

function readTaskSettings(reader: EnvironmentReader) {
  const address = (name: string) =>
    reader.parsed<string | undefined>(name, undefined, (text) =>
      parseHttpAddress(text).href.replace(/\/+$/, ''),
    );
  return {
    bucket: reader.required('CONFIG_BUCKET'),
    key: reader.required('CONFIG_KEY'),
    api: address('FORMULAE_API_ADDRESS'),
    registry: address('BOTTLE_REGISTRY_ADDRESS'),
    keyFile: reader.optional('API_KEY_FILE'),
    proxy: readProxy(reader),
  };
}

async function run(environment: Environment, signal: AbortSignal): Promise<BottlesResult> {
  const { bucket, key, api, registry, keyFile, proxy } = readSettings(environment, readTaskSettings);
  // A stand-in on one host cannot answer for a host name a bucket.
  const s3 = new S3Client({ ...SDK_OPTIONS, forcePathStyle: environment['AWS_ENDPOINT_URL'] !== undefined });
  const reference = await pinConfig(s3, { bucket, key });
  const { bottles } = await readConfig({ configSource: createS3ConfigSource(s3, reference) });
  if (bottles === undefined) {
    throw new SyncError(
      'ConfigInvalid',
      `s3://${bucket}/${key} asks for no bottles. Write them under "bottles".`,
    );
  }
  const http = createHttpClient({
    side: 'upstream',
    userAgent: 'provider-sync-bottles',
    signal,
    allowedHosts: [api, registry].flatMap((each) => (each === undefined ? [] : [hostOf(new URL(each))])),
    timeouts: { documentMs: API_DOCUMENT_MS },
    ...(proxy === undefined ? {} : { proxy }),
  });
  const keys = keyFile === undefined ? HOMEBREW_API_KEYS : await readApiKeys(keyFile);
  try {
    const ports = {
      api: createFormulaeApi({ http, address: api ?? DEFAULT_FORMULAE_API, keys, clock }),
      registry: createBottleRegistry({ http, origin: registry ?? DEFAULT_BOTTLE_REGISTRY, clock }),
      store: storeOf(bottles.destination, environment),
      events,
      clock,
    };
    return await syncBottles(ports, bottles, { signal });
  } finally {
    await http.close();
  }
}

function storeOf(location: MirrorLocation, environment: Environment): MirrorStore {
  if (location.scheme === 'folder') return createFolderMirrorStore(location.path);
  const { bucket, prefix } = location;
  return createS3MirrorStore({ s3: createMirrorS3Client(environment), bucket, prefix });
}

/** Runs once and returns the exit code: 0 all well, 1 failed or incomplete, 143 stopped before it was done. */
async function main(): Promise<number> {
  const stop = new AbortController();
  // Two minutes before a Spot task is taken away it is told so. What has arrived stays; the next task goes on.
  process.once('SIGTERM', () => {
    stop.abort(new SyncError('Interrupted', 'Stopped by SIGTERM before it was done. The next run goes on.'));
  });
  try {
    const result = await run(process.env, stop.signal);
    const { bottles: _each, ...told } = result;
    log({ level: result.ok ? 'INFO' : 'ERROR', kind: 'Result', ...told });
    return result.ok ? 0 : 1;
  } catch (error) {
    log({ level: 'ERROR', kind: 'Failed', error: reportOf(error) });
    return stop.signal.aborted ? STOPPED : 1;
  }
}

process.exitCode = await main();

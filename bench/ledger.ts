// npm run bench: what the ledger and admission cost, beside SQLite alone and the disk's own fsync in the same run.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Table from 'cli-table3';
import { openSqliteLedger } from '../src/adapters/sqlite-ledger/ledger.ts';
import { hashText } from '../src/application/ledger/hash-text.ts';
import { takeIn } from '../src/application/ledger-intake/intake.ts';
import { decideAdmission } from '../src/domain/admission/decide.ts';
import { readRecord } from '../src/domain/admission/record.ts';
import { parseConfig } from '../src/domain/config/parse-config.ts';
import { envelopeOf } from '../src/domain/events/envelope.ts';
import { cloudEvent } from '../src/domain/events/schema.ts';
import { dataOf } from '../src/domain/events/types/schema.ts';
import { type CloudEvent, type LedgerEntry, nextEntry } from '../src/domain/ledger/entry.ts';
import { parseVersion, type Version } from '../src/domain/provider/version.ts';
import type { Ledger } from '../src/ports/ledger.ts';

const PROVIDERS = 284;
const ENTRIES = Number(process.env['BENCH_LEDGER_ENTRIES'] ?? 1_000_000);
const BATCH = 1000;
const clock = { now: () => new Date(), monotonic: () => performance.now() };

const addressOf = (number: number) => `registry.terraform.io/bench/p${number % PROVIDERS}`;

/** A fact of some 600 bytes, another for each number. */
function eventOf(number: number): CloudEvent {
  const data = {
    version: `1.${Math.floor(number / PROVIDERS) % 100}.0`,
    shasums: number.toString(16).padStart(64, '0'),
    signedBy: '34365D9472D7468F',
    checks: [
      { check: 'signature-over-shasums', subject: 'SHA256SUMS', passed: true, detail: 'by 34365D9472D7468F' },
    ],
    day: '2026-08-01',
  };
  return envelopeOf(hashText, { name: 'release.verified', subject: addressOf(number), data }, clock.now());
}

/** What an event from outside passes through before it is appended. */
function judged(event: CloudEvent): CloudEvent {
  if (!cloudEvent.safeParse(event).success || dataOf('release.verified', event) === undefined) {
    throw new Error('The benchmark makes an event that is none.');
  }
  return event;
}

async function perSecond(count: number, work: () => Promise<void> | void): Promise<number> {
  const started = performance.now();
  await work();
  return (count / (performance.now() - started)) * 1000;
}

async function fsyncRate(folder: string): Promise<number> {
  const handle = await open(path.join(folder, 'raw'), 'w');
  const bytes = Buffer.alloc(600);
  const rate = await perSecond(500, async () => {
    for (let times = 0; times < 500; times += 1) {
      await handle.write(bytes);
      await handle.datasync();
    }
  });
  await handle.close();
  return rate;
}

/** SQLite alone with every row on the disk before the next. */
function plainSynced(folder: string): Promise<number> {
  const database = new DatabaseSync(path.join(folder, 'synced.sqlite'));
  database.exec(
    'PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; CREATE TABLE plain (event TEXT) STRICT',
  );
  const insert = database.prepare('INSERT INTO plain VALUES (?)');
  const text = JSON.stringify(eventOf(1));
  return perSecond(1000, () => {
    for (let number = 0; number < 1000; number += 1) insert.run(text);
  });
}

function plainLoop(folder: string): Promise<number> {
  const database = new DatabaseSync(path.join(folder, 'plain.sqlite'));
  database.exec('PRAGMA journal_mode = wal; CREATE TABLE plain (event TEXT) STRICT');
  const insert = database.prepare('INSERT INTO plain VALUES (?)');
  const text = JSON.stringify(eventOf(1));
  return perSecond(50_000, () => {
    for (let number = 0; number < 50_000; number += BATCH) {
      database.exec('BEGIN IMMEDIATE');
      for (let each = 0; each < BATCH; each += 1) insert.run(text);
      database.exec('COMMIT');
    }
  });
}

async function fill(ledger: Ledger, from: number, to: number, batch: number): Promise<void> {
  for (let number = from; number < to; number += batch) {
    const events = Array.from({ length: Math.min(batch, to - number) }, (_, index) =>
      judged(eventOf(number + index)),
    );
    await ledger.append(events);
  }
}

/** The whole of the pipeline on one machine: judged, processed, enriched from what is there, and appended. */
async function takeAll(ledger: Ledger, from: number, to: number, batch: number): Promise<void> {
  const ports = { ledger, clock, types: { find: async () => undefined } };
  for (let number = from; number < to; number += batch) {
    const events = Array.from({ length: Math.min(batch, to - number) }, (_, index) =>
      eventOf(number + index),
    );
    for (const { outcome } of await takeIn(ports, events)) {
      if (outcome !== 'stored') throw new Error(`The benchmark’s event was ${outcome}.`);
    }
  }
}

async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
}

/** The same rows by SQLite alone, as text that nobody parses. */
function readAlone(file: string, stream: string): () => Promise<unknown> {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(
    'SELECT event FROM entries WHERE stream = (SELECT id FROM streams WHERE name = ?) ORDER BY seq',
  );
  return async () => rows.all(stream);
}

/** Each real provider's versions, where the vectors lie beside the checkout; as many made-up ones otherwise. */
function realVersions(): readonly (readonly Version[])[] {
  const file = path.resolve(import.meta.dirname, '../../shared/vectors/registry/versions.jsonl');
  if (!existsSync(file)) {
    const some = Array.from({ length: 51 }, (_, minor) => parseVersion(`1.${minor}.0`)).filter(
      (each) => each !== undefined,
    );
    return Array.from({ length: PROVIDERS }, () => some);
  }
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { versions } = JSON.parse(line) as { versions: readonly (string | { version: string })[] };
      return versions.flatMap((each) => parseVersion(typeof each === 'string' ? each : each.version) ?? []);
    });
}

/** Decides every version of every provider, each of which was seen; in seconds, with the records already read. */
function admissionSeconds(): {
  readonly seconds: number;
  readonly versions: number;
  readonly providers: number;
} {
  const providers = [{ provider: 'p', namespace: 'bench', platforms: [{ os: 'linux', arch: 'amd64' }] }];
  const policy = {
    'minimum-age': '7d',
    'require-approval': 'major',
    recalled: [{ provider: 'bench/*', versions: '1.1.0', reason: 'bad' }],
  };
  const [entry] = parseConfig(JSON.stringify({ policy, providers })).providers;
  if (entry === undefined) throw new Error('The benchmark’s config has no provider.');
  const all = realVersions().map((versions, number) => ({
    versions,
    record: readRecord(sightsOf(versions, number)),
  }));
  const now = clock.now();
  const started = performance.now();
  for (const { versions, record } of all) {
    for (const version of versions) {
      decideAdmission(entry.policy, record, { address: entry.address, version, digest: 'a'.repeat(64) }, now);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    seconds,
    versions: all.reduce((sum, { versions }) => sum + versions.length, 0),
    providers: all.length,
  };
}

function sightsOf(versions: readonly Version[], number: number): readonly LedgerEntry[] {
  const subject = addressOf(number);
  const shasums = 'a'.repeat(64);
  return versions.map(({ canonical: version }) => {
    const fact = { name: 'version.sighted', subject, data: { version, shasums } } as const;
    return nextEntry(hashText, envelopeOf(hashText, fact, clock.now()), undefined, clock.now());
  });
}

/** Prints what the ledger does in a second, how long its histories take, and what admission costs. */
export async function benchLedger(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
  const ledger = await openSqliteLedger({ file: path.join(folder, 'ledger.sqlite'), clock, hash: hashText });
  const [fsync, plain] = [await fsyncRate(folder), await plainLoop(folder)];
  const synced = await plainSynced(folder);
  const single = await perSecond(1000, () => fill(ledger, 0, 1000, 1));
  const batched = await perSecond(20_000, () => fill(ledger, 1000, 21_000, BATCH));
  const takenSingly = await perSecond(1000, () => takeAll(ledger, 21_000, 22_000, 1));
  const taken = await perSecond(20_000, () => takeAll(ledger, 22_000, 42_000, BATCH));
  const rates = new Table({ head: ['events a second', '/s', 'ratio'], style: { head: [], border: [] } });
  rates.push(
    ['the disk’s fsync', fsync.toFixed(0), ''],
    ['SQLite alone, one column, 1,000 a commit', plain.toFixed(0), ''],
    ['SQLite alone, one column, one a commit', synced.toFixed(0), ''],
    [
      'ledger, one by one',
      single.toFixed(0),
      `${(single / fsync).toFixed(2)} of the fsyncs, ${(single / synced).toFixed(2)} of SQLite alone`,
    ],
    [
      'ledger, in batches of 1,000',
      batched.toFixed(0),
      `1 : ${(plain / batched).toFixed(1)} of SQLite alone`,
    ],
    [
      'validate, process, enrich, append, one by one',
      takenSingly.toFixed(0),
      `${(takenSingly / fsync).toFixed(2)} of the fsyncs, ${(takenSingly / synced).toFixed(2)} of SQLite alone`,
    ],
    [
      'validate, process, enrich, append, in batches of 1,000',
      taken.toFixed(0),
      `1 : ${(plain / taken).toFixed(1)} of SQLite alone`,
    ],
  );
  console.log(`\nThe ledger: judged, chained and kept, with every commit on the disk\n${rates.toString()}`);

  await fill(ledger, 42_000, ENTRIES, BATCH);
  const stream = addressOf(7);
  const page = await median(20, () => ledger.read(stream, { limit: 100 }));
  const whole = await median(5, () => ledger.read(stream));
  const alone = await median(5, readAlone(path.join(folder, 'ledger.sqlite'), stream));
  const version = await median(20, () => ledger.read(stream, { version: '1.5.0' }));
  const day = { from: new Date(0), to: new Date(Date.now() + 1000), limit: 100 };
  const time = await median(20, () => ledger.readTime(day));
  const histories = new Table({
    head: [`of ${ENTRIES.toLocaleString('en')} entries`, 'ms', 'ratio'],
    style: { head: [], border: [] },
  });
  histories.push(
    ['a provider’s newest 100', page.toFixed(2), ''],
    ['a provider’s whole history', whole.toFixed(2), `${(whole / alone).toFixed(1)} of SQLite alone`],
    ['a version’s', version.toFixed(2), ''],
    ['the first 100 of a time', time.toFixed(2), ''],
  );
  const admission = admissionSeconds();
  console.log(`\nHistories\n${histories.toString()}`);
  console.log(
    `\nAdmission of ${admission.versions.toLocaleString('en')} versions of ${admission.providers} providers: ` +
      `${admission.seconds.toFixed(3)} s`,
  );
  await ledger.close();
  await rm(folder, { recursive: true });
}

if (import.meta.filename === process.argv[1]) await benchLedger();

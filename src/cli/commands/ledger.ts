import { readFile, writeFile } from 'node:fs/promises';
import { readHeads, verifyLedger } from '../../application/ledger/heads.ts';
import { SyncError } from '../../domain/errors.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { Head } from '../../domain/ledger/entry.ts';
import { parseHeads } from '../../domain/ledger/heads/schema.ts';
import type { CommandGroupSpec, CommandSpec } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { shortAddress } from '../render/address.ts';
import { countOf } from '../render/quantities.ts';
import { paint } from '../render/style.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  LEDGER_COMMAND_OPTIONS,
  LEDGER_COMMAND_VARIABLES,
  readLedgerSettings,
  withLedger,
} from './decision-run.ts';
import { tell } from './keys-run.ts';
import { checkTypeCommand } from './ledger-check-type.ts';
import { redriveCommand } from './ledger-redrive.ts';

const READING = { variables: LEDGER_COMMAND_VARIABLES };

const verifyLedgerCommand: CommandSpec = {
  ...READING,
  name: 'verify',
  summary: 'check that nobody has rewritten the ledger',
  description:
    'Reads every entry and checks it against the one before it. That finds whatever was changed, removed, inserted, ' +
    'repeated or put in another order. That the end was cut off, that a stream was written anew to its end, or that ' +
    'it is gone is found only by heads that were kept elsewhere: --heads. Exits with 1 when anything is found.',
  options: [
    {
      flags: '--heads <file>',
      description:
        'heads that were kept elsewhere, as "ledger heads" writes them; s3://BUCKET/KEY takes every version of an object',
    },
    ...LEDGER_COMMAND_OPTIONS,
  ],
  examples: [
    'provider-sync ledger verify',
    'provider-sync ledger verify --heads /mnt/worm/heads.json',
    'provider-sync ledger verify --ledger dynamodb://TABLE --heads s3://BUCKET/heads/STACK.json',
  ],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const headsFile = reader.option('--heads');
    const anchors = headsFile && (await reader.attempt(headsFile.from, () => readAnchors(headsFile.value)));
    const settings = reader.requireSound(readLedgerSettings(reader, invocation));
    const { entries, heads, problems } = await withLedger(settings, { mustExist: true }, (ledger) =>
      verifyLedger(ledger, anchors),
    );
    const ok = problems.length === 0;
    const { io } = invocation;
    const document = { ok, entries, streams: heads.size, anchored: countHeads(anchors), problems };
    const lines = problems.map(({ stream, message }) =>
      paint(printable(`${shortAddress(stream)}: ${message}`), 'bad', io.stdout.color),
    );
    const against =
      anchors === undefined ? '' : `, against ${countOf(countHeads(anchors), 'head')} kept elsewhere`;
    const read = `${countOf(entries, 'entry').replace('entrys', 'entries')} in ${countOf(heads.size, 'stream')}${against}`;
    const found = ok ? 'nothing was rewritten' : `${countOf(problems.length, 'problem')} found`;
    tell(invocation, settings, document, () => [...lines, `${read}: ${found}.`].join('\n'));
    if (settings.quiet && !settings.json && !ok) io.stderr.write(`${lines.join('\n')}\n`);
    return ok ? 0 : 1;
  },
};

type Anchors = readonly ReadonlyMap<string, Head>[];

const countHeads = (anchors: Anchors = []): number => anchors.reduce((sum, { size }) => sum + size, 0);

/** An object of a bucket that keeps versions: s3://BUCKET/KEY. */
const S3_OBJECT = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/;

async function readAnchors(place: string): Promise<Anchors> {
  const [, bucket, key] = S3_OBJECT.exec(place) ?? [];
  if (bucket === undefined || key === undefined) return [await readHeadsFile(place)];
  // Nobody but who keeps heads in S3 waits for its client.
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { createS3HeadsArchive } = await import('../../adapters/aws/s3-ledger-objects.ts');
  const s3 = new S3Client({ forcePathStyle: process.env['AWS_ENDPOINT_URL'] !== undefined });
  try {
    const anchors = await Array.fromAsync(createS3HeadsArchive(s3, { bucket, key }).all());
    if (anchors.length > 0) return anchors;
    throw new SyncError('ArgumentsInvalid', `There are no heads at ${place}.`);
  } finally {
    s3.destroy();
  }
}

async function readHeadsFile(file: string): Promise<ReadonlyMap<string, Head>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SyncError('ArgumentsInvalid', `${file} cannot be read (${error.code}).`);
  });
  const heads = parseHeads(text);
  if (heads !== undefined) return heads;
  throw new SyncError('ArgumentsInvalid', `${file} holds no heads as "ledger heads" writes them.`);
}

const headsCommand: CommandSpec = {
  ...READING,
  name: 'heads',
  summary: 'write each stream’s last entry, to be kept elsewhere',
  description:
    'Writes number and hash of each stream’s last entry, and one hash over them all. Kept where nobody who can ' +
    'write the ledger can write (a versioned object, a signed file, a mail), they show later what was cut off or ' +
    'written anew.',
  options: [
    { flags: '--to <file>', description: 'a file to write them to; one that is there is not overwritten' },
    ...LEDGER_COMMAND_OPTIONS,
  ],
  examples: ['provider-sync ledger heads --to heads-2026-08-01.json', 'provider-sync ledger heads --json'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const to = reader.option('--to');
    const settings = reader.requireSound(readLedgerSettings(reader, invocation));
    const heads = await withLedger(settings, { mustExist: true }, (ledger) =>
      readHeads(ledger, systemClock.now()),
    );
    if (to !== undefined) {
      await writeFile(to.value, `${JSON.stringify(heads, null, 2)}\n`, { flag: 'wx' }).catch(
        (error: NodeJS.ErrnoException) => {
          throw new SyncError(
            'ArgumentsInvalid',
            `${to.value} cannot be written (${error.code}). Name another file.`,
          );
        },
      );
    }
    const streams = Object.entries(heads.streams);
    tell(invocation, settings, heads, () =>
      [
        ...(to === undefined ? streams.map(([stream, { seq, hash }]) => `${seq} ${hash} ${stream}`) : []),
        `All ${countOf(streams.length, 'head')}: ${heads.hash}`,
      ].join('\n'),
    );
    return 0;
  },
};

const exportCommand: CommandSpec = {
  ...READING,
  name: 'export',
  summary: 'write everything as JSON Lines of CloudEvents',
  description:
    'Writes every event in its envelope, one a line, stream by stream. With --chained each line is an entry with its ' +
    'number and its hashes, as "ledger verify" checks them.',
  options: [
    { flags: '--chained', description: 'entries with their numbers and hashes, rather than events' },
    ...LEDGER_COMMAND_OPTIONS.filter(({ flags }) => flags !== '--json' && flags !== '--quiet'),
  ],
  examples: ['provider-sync ledger export > events.jsonl'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const settings = reader.requireSound(readLedgerSettings(reader, invocation));
    const chained = invocation.options['chained'] === true;
    await withLedger(settings, { mustExist: true }, async (ledger) => {
      for await (const entry of ledger.entries()) {
        invocation.signal.throwIfAborted();
        invocation.io.stdout.write(`${JSON.stringify(chained ? entry : entry.event)}\n`);
      }
    });
    return 0;
  },
};

export const ledgerCommands: CommandGroupSpec = {
  name: 'ledger',
  summary: 'check, anchor and export the record of everything that happened',
  description:
    'The ledger keeps every event of every run for ever. What it knows of a provider is shown by history and evidence.',
  commands: [verifyLedgerCommand, headsCommand, exportCommand, redriveCommand, checkTypeCommand],
};

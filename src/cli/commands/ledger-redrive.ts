import { type Redriven, redrive } from '../../application/ledger-intake/redrive.ts';
import { REJECTION_CODES, type RejectionCode } from '../../domain/ledger-intake/rejection.ts';
import type { MessageQueue } from '../../ports/message-queue.ts';
import type { CommandSpec } from '../command-spec.ts';
import { countOf } from '../render/quantities.ts';
import { readOutputSettings, readWholeNumber } from '../settings.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import { OUTPUT_OPTIONS } from '../shared-options.ts';
import { tell } from './keys-run.ts';

const SOURCES = ['dead-letter', 'rejected'] as const;
const MAX_LIMIT = 1_000_000;

/** As the stack's parameters Name and Environment, which make up the queues' names. */
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

export const redriveCommand: CommandSpec = {
  name: 'redrive',
  summary: 'send what waits in the pipeline’s queues through it again',
  description:
    'Sends what could not pass, or what was rejected, through the ledger’s pipeline on AWS again, once somebody has ' +
    'mended what kept it out. Each message is sent, then deleted: one that was sent twice is kept once. What was no ' +
    'event at all stays. Uses the AWS credentials and region of the environment.',
  options: [
    { flags: '--from <queue>', description: 'dead-letter (default) or rejected' },
    { flags: '--code <code>', description: `of what was rejected only this: ${REJECTION_CODES.join(', ')}` },
    { flags: '--limit <n>', description: 'at most so many (default: all)' },
    { flags: '--dry-run', description: 'only say what is there and what would be sent' },
    { flags: '--environment <name>', description: 'the stack’s parameter Environment (default: prod)' },
    { flags: '--name <name>', description: 'the stack’s parameter Name (default: provider-ledger)' },
    ...OUTPUT_OPTIONS,
  ],
  variables: [],
  examples: [
    'provider-sync ledger redrive --dry-run',
    'provider-sync ledger redrive --from rejected --code unknown-type',
  ],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const from = readChoice(reader, '--from', SOURCES) ?? 'dead-letter';
    const code = readChoice<RejectionCode>(reader, '--code', REJECTION_CODES);
    if (code !== undefined && from === 'dead-letter') {
      reader.note({
        path: '--code',
        message: 'is about what was rejected',
        fix: 'Add --from rejected: dead letters carry no reason.',
      });
    }
    const wanted = reader.option('--limit');
    const limit = wanted ? readWholeNumber(reader, wanted, 1, MAX_LIMIT) : MAX_LIMIT;
    const environment = readName(reader, '--environment') ?? 'prod';
    const name = readName(reader, '--name') ?? 'provider-ledger';
    const dryRun = reader.switchedOn('--dry-run');
    const settings = reader.requireSound(readOutputSettings(reader));
    const result = await withQueues(
      [`${name}-${from}-${environment}`, `${name}-events-${environment}`],
      ([source, target]) =>
        redrive(
          { from: source, to: target },
          {
            holds: from === 'rejected' ? 'rejected' : 'dead-letters',
            code,
            limit: limit ?? MAX_LIMIT,
            dryRun,
            signal: invocation.signal,
          },
        ),
    );
    tell(invocation, settings, { from, dryRun, ...result }, () => text(result, dryRun));
    return 0;
  },
};

/** Nobody but who redrives waits for the SDK. */
async function withQueues<R>(
  [from, to]: readonly [string, string],
  use: (queues: readonly [MessageQueue, MessageQueue]) => Promise<R>,
): Promise<R> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const { findSqsQueue } = await import('../../adapters/aws/sqs-queue.ts');
  const sqs = new SQSClient({});
  try {
    return await use([await findSqsQueue(sqs, from), await findSqsQueue(sqs, to)]);
  } finally {
    sqs.destroy();
  }
}

function text({ messages, sent, unsendable, reasons }: Redriven, dryRun: boolean): string {
  const each = Object.entries(reasons).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = each.map(([reason, count]) => `${String(count).padStart(6)}  ${reason}`);
  const never = unsendable === 0 ? '' : `; ${unsendable} of them never were events, and stay`;
  const verb = dryRun ? 'would be sent again' : 'sent again';
  return [...lines, `${countOf(messages, 'message')}: ${sent} ${verb}${never}.`].join('\n');
}

function readChoice<T extends string>(
  reader: SettingsReader,
  flag: string,
  choices: readonly T[],
): T | undefined {
  const given = reader.option(flag);
  if (given === undefined) return undefined;
  const choice = choices.find((each) => each === given.value);
  if (choice === undefined) {
    reader.note({ path: flag, message: `is "${given.value}"`, fix: `Write one of: ${choices.join(', ')}.` });
  }
  return choice;
}

function readName(reader: SettingsReader, flag: string): string | undefined {
  const given = reader.option(flag);
  if (given === undefined || NAME.test(given.value)) return given?.value;
  reader.note({
    path: flag,
    message: `is "${given.value}"`,
    fix: 'Write it as the stack has it: small letters, digits and hyphens.',
  });
  return undefined;
}

import type { LedgerEntry } from '../../domain/ledger/entry.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { CommandSpec } from '../command-spec.ts';
import { renderHistory } from '../render/ledger.ts';
import { readWholeNumber } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  ADDRESS_ARGUMENT,
  LEDGER_COMMAND_OPTIONS,
  LEDGER_COMMAND_VARIABLES,
  readAddressOperand,
  readLedgerSettings,
  readVersionOperand,
  VERSION_ARGUMENT,
  withLedger,
} from './decision-run.ts';
import { tell } from './keys-run.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 100_000;

export const historyCommand: CommandSpec = {
  name: 'history',
  summary: 'show what happened, of everything, of a provider or of a version',
  description:
    'Shows what the ledger knows, oldest first: of the last day, of a provider, or of one version of it. ' +
    'With --before the entries of a provider before a number, which is how one reads on.',
  argument: { ...ADDRESS_ARGUMENT, term: '[ADDRESS]' },
  secondArgument: { ...VERSION_ARGUMENT, term: '[VERSION]' },
  options: [
    { flags: '--limit <n>', description: `the newest so many (default: ${DEFAULT_LIMIT})` },
    { flags: '--before <seq>', description: 'entries of the provider before this number' },
    ...LEDGER_COMMAND_OPTIONS,
  ],
  variables: LEDGER_COMMAND_VARIABLES,
  examples: ['provider-sync history', 'provider-sync history hashicorp/aws 6.57.0 --json'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const [addressText, versionText] = invocation.operands;
    const address = readAddressOperand(reader, addressText);
    const version = readVersionOperand(reader, versionText);
    const wanted = reader.option('--limit');
    const before = reader.option('--before');
    const limit = wanted ? readWholeNumber(reader, wanted, 1, MAX_LIMIT) : DEFAULT_LIMIT;
    const end = before && readWholeNumber(reader, before, 1, 999_999_999);
    const settings = reader.requireSound(readLedgerSettings(reader, invocation));
    const entries = await withLedger(settings, { mustExist: true }, async (ledger) =>
      address === undefined
        ? await lastDay(ledger, limit ?? DEFAULT_LIMIT)
        : await ledger.read(formatAddress(address), {
            limit: limit ?? DEFAULT_LIMIT,
            ...(version === undefined ? {} : { version: version.canonical }),
            ...(end === undefined ? {} : { before: end }),
          }),
    );
    tell(invocation, settings, { entries }, () => renderHistory(entries, invocation.io.stdout));
    return 0;
  },
};

const DAY = 86_400_000;

async function lastDay(ledger: Ledger, limit: number): Promise<readonly LedgerEntry[]> {
  const to = new Date(Date.now() + DAY);
  const found = await ledger.readTime({ from: new Date(Date.now() - DAY), to, limit: MAX_LIMIT });
  return found.slice(-limit);
}

import { evidenceOf } from '../../domain/admission/evidence.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { CommandSpec } from '../command-spec.ts';
import { renderEvidence } from '../render/evidence.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  ADDRESS_ARGUMENT,
  LEDGER_COMMAND_OPTIONS,
  LEDGER_COMMAND_VARIABLES,
  nameOf,
  readLedgerSettings,
  readReleaseOperands,
  VERSION_ARGUMENT,
  withLedger,
} from './decision-run.ts';
import { tell } from './keys-run.ts';

export const evidenceCommand: CommandSpec = {
  name: 'evidence',
  summary: 'show where a version came from, who let it in, and where it went',
  description:
    'Shows what the ledger knows of one version: when it was first seen, who signed it, what was checked and what ' +
    'each check found, by which rule or whom it was let in, where it was delivered and when, and its digests.',
  argument: ADDRESS_ARGUMENT,
  secondArgument: VERSION_ARGUMENT,
  options: LEDGER_COMMAND_OPTIONS,
  variables: LEDGER_COMMAND_VARIABLES,
  examples: [
    'provider-sync evidence hashicorp/aws 6.57.0',
    'provider-sync evidence hashicorp/aws 6.57.0 --json',
  ],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const release = readReleaseOperands(reader, invocation);
    const settings = readLedgerSettings(reader, invocation);
    const about = reader.requireSound(release);
    const entries = await withLedger(settings, { mustExist: true }, (ledger) =>
      ledger.read(formatAddress(about.address)),
    );
    const evidence = evidenceOf(entries, about.address, about.version);
    if (evidence.releases.length === 0 && evidence.recalls.length === 0 && evidence.deliveries.length === 0) {
      throw new SyncError(
        'VersionNotFound',
        `The ledger ${settings.file} knows nothing of ${nameOf(about.address, about.version.canonical)}.`,
      );
    }
    tell(invocation, settings, evidence, () => renderEvidence(evidence, invocation.io.stdout));
    return 0;
  },
};

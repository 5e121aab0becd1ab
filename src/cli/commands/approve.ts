import { approveVersion } from '../../application/admission/decisions.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { CommandSpec } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  ADDRESS_ARGUMENT,
  DECISION_OPTIONS,
  LEDGER_COMMAND_VARIABLES,
  nameOf,
  readDecisionSettings,
  readReleaseOperands,
  VERSION_ARGUMENT,
  withLedger,
} from './decision-run.ts';
import { tell } from './keys-run.ts';

export const approveCommand: CommandSpec = {
  name: 'approve',
  summary: 'let a version in that the policy holds',
  description:
    'Lets one release in that the policy holds, whatever its age and its line: the one that the ledger saw last ' +
    'under the version. One that is cut again under it needs another approval. Every check of its sums and its ' +
    'signature stays.',
  argument: ADDRESS_ARGUMENT,
  secondArgument: VERSION_ARGUMENT,
  options: DECISION_OPTIONS,
  variables: LEDGER_COMMAND_VARIABLES,
  examples: ['provider-sync approve hashicorp/aws 6.57.0 --reason "read the diff"'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const release = readReleaseOperands(reader, invocation);
    const settings = await readDecisionSettings(reader, invocation);
    const about = reader.requireSound(release);
    const { by, reason } = settings;
    const { outcome, shasums } = await withLedger(settings, { mustExist: true }, (ledger) =>
      approveVersion({ ledger, clock: systemClock }, { ...about, by, reason }),
    );
    const { canonical } = about.version;
    const document = {
      address: formatAddress(about.address),
      version: canonical,
      shasums,
      by,
      reason,
      outcome,
    };
    tell(invocation, settings, document, () =>
      outcome === 'stands'
        ? `${nameOf(about.address, canonical)} was approved before; nothing was added.`
        : `${nameOf(about.address, canonical)} is approved by ${by}, for the release with SHA256SUMS ${shasums}.`,
    );
    return 0;
  },
};

import { recallVersions, unrecallVersions } from '../../application/admission/decisions.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  ADDRESS_ARGUMENT,
  DECISION_OPTIONS,
  LEDGER_COMMAND_VARIABLES,
  nameOf,
  readDecisionSettings,
  readReleasesOperands,
  VERSIONS_ARGUMENT,
  withLedger,
} from './decision-run.ts';
import { tell } from './keys-run.ts';

export const recallCommand: CommandSpec = {
  name: 'recall',
  summary: 'call versions back that turned out bad',
  description:
    'Calls versions of a provider back: they are never delivered again, plan and verify flag them where they are, ' +
    'and the next sync takes them out of the indexes of mirrors. In a private registry they stay unless --delete ' +
    'says otherwise.',
  argument: ADDRESS_ARGUMENT,
  secondArgument: VERSIONS_ARGUMENT,
  options: [
    { flags: '--delete', description: 'the next sync also deletes them from private registries' },
    ...DECISION_OPTIONS,
  ],
  variables: LEDGER_COMMAND_VARIABLES,
  examples: [
    'provider-sync recall hashicorp/aws 6.57.0 --reason "withdrawn upstream"',
    'provider-sync recall hashicorp/aws ">= 6.57, < 6.58" --reason "leaks credentials" --delete',
  ],
  async run(invocation) {
    const { settings, about, document, name } = await readDecision(invocation);
    const { by, reason } = settings;
    const deletes = invocation.options['delete'] === true;
    const outcome = await withLedger(settings, { mustExist: false }, (ledger) =>
      recallVersions({ ledger, clock: systemClock }, { ...about, by, reason, delete: deletes }),
    );
    tell(invocation, settings, { ...document, delete: deletes, outcome }, () =>
      outcome === 'stands'
        ? `${name} was recalled before; nothing was added.`
        : `${name} is recalled by ${by}. The next sync takes it out of mirrors${deletes ? ' and deletes it from private registries' : ''}.`,
    );
    return 0;
  },
};

export const unrecallCommand: CommandSpec = {
  name: 'unrecall',
  summary: 'take a recall back',
  description:
    'Takes back what recall has said of a provider, in the same words. What the config itself recalls is taken ' +
    'back in the config.',
  argument: ADDRESS_ARGUMENT,
  secondArgument: VERSIONS_ARGUMENT,
  options: DECISION_OPTIONS,
  variables: LEDGER_COMMAND_VARIABLES,
  examples: ['provider-sync unrecall hashicorp/aws 6.57.0 --reason "it was a false alarm"'],
  async run(invocation) {
    const { settings, about, document, name } = await readDecision(invocation);
    const { by, reason } = settings;
    await withLedger(settings, { mustExist: true }, (ledger) =>
      unrecallVersions({ ledger, clock: systemClock }, { ...about, by, reason }),
    );
    tell(invocation, settings, document, () => `${name} is no longer recalled, says ${by}.`);
    return 0;
  },
};

async function readDecision(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const releases = readReleasesOperands(reader, invocation);
  const settings = await readDecisionSettings(reader, invocation);
  const about = reader.requireSound(releases);
  const { by, reason } = settings;
  const document = { address: formatAddress(about.address), versions: about.versions.text, by, reason };
  return { settings, about, document, name: nameOf(about.address, about.versions.text) };
}

import { recallBottles, unrecallBottles } from '../../application/bottles/recalls.ts';
import { isFormulaName } from '../../domain/bottle/names.ts';
import { formatRecalled } from '../../domain/bottle/recall.ts';
import type { ArgumentSpec, CommandSpec, Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  DECISION_OPTIONS,
  LEDGER_COMMAND_VARIABLES,
  readDecisionSettings,
  withLedger,
} from './decision-run.ts';
import { tell } from './keys-run.ts';

const FORMULA_ARGUMENT: ArgumentSpec = { term: '<FORMULA>', description: 'the formula by its own name' };
const VERSION_ARGUMENT: ArgumentSpec = {
  term: '[VERSION]',
  description: 'as "brew list --versions" writes it (default: every version)',
};

export const recallBottlesCommand: CommandSpec = {
  name: 'recall',
  summary: 'call a version of a formula back that turned out bad',
  description:
    'Calls a version of a formula back, in the ledger: it is not brought any more, the next sync that is given the same ' +
    'ledger takes its bottles out of the mirror, whichever snapshots name them, and no snapshot with it becomes current.',
  argument: FORMULA_ARGUMENT,
  secondArgument: VERSION_ARGUMENT,
  options: DECISION_OPTIONS,
  variables: LEDGER_COMMAND_VARIABLES,
  examples: ['provider-sync bottles recall xz 5.6.1 --reason "backdoor"'],
  async run(invocation) {
    const { settings, decided } = await readDecision(invocation);
    const outcome = await withLedger(settings, { mustExist: false }, (ledger) =>
      recallBottles({ ledger, clock: systemClock }, decided),
    );
    const { formula, version = null, by, reason } = decided;
    const name = formatRecalled(decided);
    tell(invocation, settings, { formula, version, by, reason, outcome }, () =>
      outcome === 'stands'
        ? `${name} was recalled before; nothing was added.`
        : `${name} is recalled by ${by}. The next sync takes it out of the mirror.`,
    );
    return 0;
  },
};

export const unrecallBottlesCommand: CommandSpec = {
  name: 'unrecall',
  summary: 'take a recall back',
  description:
    'Takes back what "bottles recall" has said, in the same words. What the config itself recalls is taken back in the ' +
    'config.',
  argument: FORMULA_ARGUMENT,
  secondArgument: VERSION_ARGUMENT,
  options: DECISION_OPTIONS,
  variables: LEDGER_COMMAND_VARIABLES,
  examples: ['provider-sync bottles unrecall xz 5.6.1 --reason "it was a false alarm"'],
  async run(invocation) {
    const { settings, decided } = await readDecision(invocation);
    await withLedger(settings, { mustExist: true }, (ledger) =>
      unrecallBottles({ ledger, clock: systemClock }, decided),
    );
    const { formula, version = null, by, reason } = decided;
    tell(invocation, settings, { formula, version, by, reason }, () => {
      return `${formatRecalled(decided)} is no longer recalled, says ${by}.`;
    });
    return 0;
  },
};

async function readDecision(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const [formula, version] = invocation.operands;
  if (formula !== undefined && !isFormulaName(formula)) {
    reader.note({ path: 'FORMULA', message: `is "${formula}"`, fix: 'Write it as "brew install" takes it.' });
  }
  if (version !== undefined && !/^[\x21-\x7e]{1,128}$/.test(version)) {
    reader.note({
      path: 'VERSION',
      message: `is "${version}"`,
      fix: 'Write one version, such as 5.6.1 or 3.1_1.',
    });
  }
  const settings = await readDecisionSettings(reader, invocation);
  const { by, reason } = settings;
  return { settings, decided: { formula: reader.requireSound(formula), version, by, reason } };
}

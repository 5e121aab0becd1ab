import { withLedgerRecalls } from '../../application/bottles/recalls.ts';
import { verifyBottles } from '../../application/bottles/verify.ts';
import type { CommandSpec } from '../command-spec.ts';
import { BOTTLES_VERIFIED } from '../render/bottles-mirror.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { BOTTLES_OPTIONS, BOTTLES_VARIABLES, readBottlesSettings, withBottles } from './bottles-run.ts';
import { tellResult } from './provider-run.ts';

export const verifyBottlesCommand: CommandSpec = {
  name: 'verify',
  summary: 'read the mirror back and judge it as brew does, and beyond',
  description:
    'Proves the signatures of the stored API files, hashes every bottle, and holds its entry in the index to what ' +
    'the snapshot was made of. Reads alone.',
  argument: CONFIG_ARGUMENT,
  options: [
    ...BOTTLES_OPTIONS,
    { flags: '--snapshot <date>', description: 'this snapshot, or "all" (default: what clients see)' },
  ],
  variables: BOTTLES_VARIABLES,
  examples: ['provider-sync bottles verify', 'provider-sync bottles verify --snapshot all --json'],
  async run(invocation) {
    const settings = await readBottlesSettings(invocation, (reader) => reader.option('--snapshot')?.value);
    const request = { which: settings.own, signal: invocation.signal };
    const result = await withBottles(invocation, settings, async (ports) => {
      const { recalled: recalls } = await withLedgerRecalls(ports.ledger, settings.entry);
      return await verifyBottles(ports, { ...request, recalls });
    });
    return tellResult(invocation.io, settings, result, BOTTLES_VERIFIED);
  },
};

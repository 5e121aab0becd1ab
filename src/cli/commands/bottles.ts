import type { CommandGroupSpec } from '../command-spec.ts';
import { cleanupBottlesCommand } from './bottles-cleanup.ts';
import { demoBottlesCommand } from './bottles-demo.ts';
import { recallBottlesCommand, unrecallBottlesCommand } from './bottles-recall.ts';
import { lockBottlesCommand, rollbackBottlesCommand, snapshotsBottlesCommand } from './bottles-snapshots.ts';
import { planBottlesCommand, syncBottlesCommand } from './bottles-sync.ts';
import { verifyBottlesCommand } from './bottles-verify.ts';

export const bottlesCommands: CommandGroupSpec = {
  name: 'bottles',
  summary: 'mirror Homebrew bottles into a bucket or folder that "brew install" lives from',
  description:
    'A mirror of the formulae under "bottles" in the config: proved by the signed API of Homebrew, whole or not ' +
    'published at all, with a snapshot of every day. docs/bottles.md tells how to set up clients.',
  commands: [
    planBottlesCommand,
    syncBottlesCommand,
    verifyBottlesCommand,
    cleanupBottlesCommand,
    snapshotsBottlesCommand,
    rollbackBottlesCommand,
    lockBottlesCommand,
    recallBottlesCommand,
    unrecallBottlesCommand,
    demoBottlesCommand,
  ],
};

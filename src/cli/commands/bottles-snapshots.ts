import { listSnapshots, lockBottles, rollbackBottles } from '../../application/bottles/snapshots.ts';
import type { CommandSpec } from '../command-spec.ts';
import { renderSnapshots } from '../render/bottles-mirror.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { BOTTLES_OPTIONS, BOTTLES_VARIABLES, readBottlesSettings, withBottles } from './bottles-run.ts';
import { tell } from './keys-run.ts';

export const snapshotsBottlesCommand: CommandSpec = {
  name: 'snapshots',
  summary: 'list the snapshots of the mirror',
  description: 'Lists every snapshot, newest first, and which of them clients see.',
  argument: CONFIG_ARGUMENT,
  options: BOTTLES_OPTIONS,
  variables: BOTTLES_VARIABLES,
  examples: ['provider-sync bottles snapshots', 'provider-sync bottles snapshots --json'],
  async run(invocation) {
    const settings = await readBottlesSettings(invocation, () => undefined);
    const result = await withBottles(invocation, settings, ({ store }) => listSnapshots(store));
    tell(invocation, settings, result, () => renderSnapshots(result, invocation.io.stdout));
    return 0;
  },
};

export const rollbackBottlesCommand: CommandSpec = {
  name: 'rollback',
  summary: 'let clients see an earlier snapshot again',
  description:
    'Makes a snapshot current again once it is found whole. Newer snapshots stay, and none of them becomes current by ' +
    'itself: the next one that a sync makes of a newer API does.',
  argument: { term: '<SNAPSHOT>', description: 'the snapshot, such as 2026-11-21' },
  secondArgument: CONFIG_ARGUMENT,
  options: BOTTLES_OPTIONS,
  variables: BOTTLES_VARIABLES,
  examples: [
    'provider-sync bottles rollback 2026-11-21',
    'provider-sync bottles rollback 2026-11-21 config.json',
  ],
  async run(invocation) {
    const [name = '', ...operands] = invocation.operands;
    const settings = await readBottlesSettings(invocation, () => undefined, operands);
    const result = await withBottles(invocation, settings, (ports) =>
      rollbackBottles(ports, name, settings.entry),
    );
    tell(invocation, settings, result, () =>
      result.changed
        ? `Clients of ${result.destination} see ${result.to} again, after ${result.from ?? 'nothing'}.`
        : `Clients of ${result.destination} see ${result.to}, and saw it before.`,
    );
    return 0;
  },
};

export const lockBottlesCommand: CommandSpec = {
  name: 'lock',
  summary: 'write a snapshot’s hash file to stdout, to be kept beside code',
  description:
    'Shows every bottle of a snapshot with its version, tag, SHA-256, size and ref, and the API files with theirs: what ' +
    'an installation from that snapshot consists of, to be compared or kept in version control.',
  argument: CONFIG_ARGUMENT,
  options: [
    ...BOTTLES_OPTIONS,
    { flags: '--snapshot <date>', description: 'the snapshot (default: what clients see)' },
  ],
  variables: BOTTLES_VARIABLES,
  examples: [
    'provider-sync bottles lock > bottles.lock.json',
    'provider-sync bottles lock --snapshot 2026-11-21',
  ],
  async run(invocation) {
    const settings = await readBottlesSettings(invocation, (reader) => reader.option('--snapshot')?.value);
    const snapshot = await withBottles(invocation, { ...settings, quiet: true }, ({ store }) =>
      lockBottles(store, settings.own),
    );
    invocation.io.stdout.write(`${JSON.stringify(snapshot, null, 2)}\n`);
    return 0;
  },
};

import { withLedgerRecalls } from '../../application/bottles/recalls.ts';
import { type VerifyBottlesResult, verifyBottles } from '../../application/bottles/verify.ts';
import type { CommandSpec } from '../command-spec.ts';
import { countOf } from '../render/quantities.ts';
import type { ResultRenderer } from '../render/result-renderer.ts';
import { renderTable } from '../render/table.ts';
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
    return tellResult(invocation.io, settings, result, VERIFY);
  },
};

const VERIFY: ResultRenderer<VerifyBottlesResult> = {
  whole: (result, canvas) => {
    const found = findingsOf(result);
    const checked = result.snapshots.map(
      ({ snapshot, bottles, current }) =>
        `${snapshot}${current ? ' (current)' : ''}: ${countOf(bottles, 'bottle')}`,
    );
    const verdict =
      found.length === 0 ? 'All is as it was published.' : `${countOf(found.length, 'finding')}.`;
    return [
      ...(found.length === 0 ? [] : [VERIFY.failures(result, canvas), '']),
      `${checked.join(', ')} at ${result.destination}. ${verdict}`,
    ].join('\n');
  },
  failures: (result, canvas) => {
    const rows = findingsOf(result).map(({ snapshot, subject, problem }) => [
      snapshot,
      subject,
      { text: problem, tone: 'bad' as const },
    ]);
    const columns = [
      { title: 'SNAPSHOT' },
      { title: 'FILE', narrowest: 20 },
      { title: 'FINDING', narrowest: 20 },
    ];
    return rows.length === 0 ? '' : renderTable(columns, rows, canvas);
  },
};

function findingsOf({ snapshots }: VerifyBottlesResult) {
  return snapshots.flatMap(({ snapshot, findings }) => findings.map((finding) => ({ snapshot, ...finding })));
}

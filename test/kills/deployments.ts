import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { fillNotesMirror } from '../../scripts/stand-ins/notes-mirror.ts';
import setUp from '../global-setup.ts';
import { machineRound } from './machine-rounds.ts';
import { type RoundTerms, randomFrom } from './round.ts';

// node test/kills/deployments.ts [--workflow] [--rounds 100] [--seed 1]: kills the runner of a deployment and of its
// destruction at random moments, with real Terraform, and looks at what is left each time. By default by the command
// line on this machine; with --workflow through the real functions and workflows, with moto in the place of AWS.

const { values } = parseArgs({
  options: {
    workflow: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});
const ROOT = resolve(import.meta.dirname, '../..');
const say = (text: string): void => void process.stdout.write(`${text}\n`);

let problems = 0;
const terms: RoundTerms = {
  random: randomFrom(Number(values.seed)),
  problem: (text) => {
    problems += 1;
    say(`PROBLEM: ${text}`);
  },
};
const rounds = Number(values.rounds);

// A folder in memory where there is room, and what the tests share.
const tearDown = await setUp();
const folder = await mkdtemp(join(tmpdir(), 'provider-sync-kills-'));
// Beside the packages that it imports.
const built = join(ROOT, `dist-kills-${process.pid}`);
try {
  await promisify(execFile)(process.execPath, ['scripts/build.ts', built], { cwd: ROOT });
  const mirror = await fillNotesMirror(folder);
  const program = join(built, 'provider-sync.mjs');
  if (values.workflow) {
    // Only where it is needed: it brings moto with it.
    const { openWorkflowRounds } = await import('./workflow-rounds.ts');
    await using workflows = await openWorkflowRounds({ mirror, program }, values.seed);
    for (let index = 1; index <= rounds; index += 1) say(`${index}: ${await workflows.round(index, terms)}`);
    await workflows.end(terms);
  } else {
    for (let index = 1; index <= rounds; index += 1) {
      say(`${index}: ${await machineRound(index, { folder, program, mirror }, terms)}`);
    }
  }
  say(`${rounds} rounds, ${problems} problems.`);
  process.exitCode = problems === 0 ? 0 : 1;
} finally {
  await rm(built, { recursive: true, force: true });
  await tearDown();
}

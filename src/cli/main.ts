import packageJson from '../../package.json' with { type: 'json' };
import { collectEarly, collectSeldom } from '../adapters/local/young-space.ts';
import { nodeTooOld } from './node-version.ts';

// All else is a file of its own that is read only then: an older Node could not even parse it.
const problem = nodeTooOld(process.versions.node, packageJson.engines.node);
if (problem === undefined) {
  // Before anything else takes room; it costs 60 ms of processor time, which other commands are spared.
  const words = process.argv.slice(2, 4);
  if (words.includes('sync')) collectEarly();
  if (words.some((word) => ['sync', 'export', 'import'].includes(word))) collectSeldom();
  void import('./start.ts');
} else {
  process.stderr.write(`Error: ${problem}\n`);
  process.exitCode = 2;
}

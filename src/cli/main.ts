import packageJson from '../../package.json' with { type: 'json' };
import { nodeTooOld } from './node-version.ts';

// All else is a file of its own that is read only then: an older Node could not even parse it.
const problem = nodeTooOld(process.versions.node, packageJson.engines.node);
if (problem === undefined) void import('./start.ts');
else {
  process.stderr.write(`Error: ${problem}\n`);
  process.exitCode = 2;
}

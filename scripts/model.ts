import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';

/** Runs the model for longer than the suite does: `npm run test:model -- --runs 2000 --seed 7`. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '200' }, seed: { type: 'string', default: `${Date.now()}` } },
});
for (const [name, value] of Object.entries(values)) {
  if (!/^\d{1,15}$/.test(value)) {
    console.error(`--${name} is "${value}"; give a whole number.`);
    process.exit(2);
  }
}
console.log(`${values.runs} histories from seed ${values.seed}`);
const { status } = spawnSync('npx', ['vitest', 'run', 'test/model'], {
  stdio: 'inherit',
  env: { ...process.env, MODEL_RUNS: values.runs, MODEL_SEED: values.seed },
});
process.exit(status ?? 1);

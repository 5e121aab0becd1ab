import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';

/**
 * Runs the model for longer than the suite does: `npm run test:model -- --runs 2000 --seed 7`, or by the clock:
 * `-- --minutes 30`. With both, what comes first ends it.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: `${Date.now()}` },
  },
});
const UNBOUNDED = '1000000';
const runs = values.runs ?? (values.minutes === undefined ? '200' : UNBOUNDED);
for (const [name, value] of Object.entries(values)) {
  if (!/^\d{1,15}$/.test(value)) {
    console.error(`--${name} is "${value}"; give a whole number.`);
    process.exit(2);
  }
}
console.log(
  `${values.minutes === undefined ? `${runs} histories` : `${values.minutes} minutes`} from seed ${values.seed}`,
);
const { status } = spawnSync('npx', ['vitest', 'run', 'test/model'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    MODEL_RUNS: runs,
    MODEL_SEED: values.seed,
    ...(values.minutes === undefined ? {} : { MODEL_MINUTES: values.minutes }),
  },
});
process.exit(status ?? 1);

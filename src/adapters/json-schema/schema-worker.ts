// A thread that compiles one schema and tries its samples: whatever it does to itself, it does to nobody else.
import { parentPort, workerData } from 'node:worker_threads';
import type { TypeDocument } from '../../domain/ledger-intake/schema.ts';
import { compileSchema } from './compile.ts';

// A port between threads knows no origins, of which the rule thinks.
const say = (lines: readonly string[]) => parentPort?.postMessage(lines, []);

try {
  say(trySamples(workerData));
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  say([`The schema cannot be used: ${words.slice(0, 500)}.`]);
}

/** What is wrong with a type's schema, or with a sample that it does not judge as its author says. */
function trySamples({ schema, samples }: Pick<TypeDocument, 'schema' | 'samples'>): readonly string[] {
  const check = compileSchema(schema);
  return samples.flatMap(({ valid, data }, index) => {
    const problem = check(data);
    if (problem?.tooSlow === true) return [`Sample ${index}: ${problem.message}`];
    if (valid === (problem === undefined)) return [];
    return valid
      ? [`Sample ${index} should be valid: ${problem?.message ?? ''}`]
      : [`Sample ${index} should not be valid, and is.`];
  });
}

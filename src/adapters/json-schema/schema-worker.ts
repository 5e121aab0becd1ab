// A thread that compiles one schema and tries its samples: whatever it does to itself, it does to nobody else.
import { parentPort, workerData } from 'node:worker_threads';
import { trySamples } from './try-samples.ts';

// A port between threads knows no origins, of which the rule thinks.
const say = (lines: readonly string[]) => parentPort?.postMessage(lines, []);

try {
  say(trySamples(workerData));
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  say([`The schema cannot be used: ${words.slice(0, 500)}.`]);
}

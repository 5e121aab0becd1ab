import { Worker } from 'node:worker_threads';
import type { TypeDocument } from '../../domain/ledger-intake/schema.ts';
import type { TypeTrial } from '../../ports/event-types.ts';

export interface TrialLimits {
  /** For compiling and for all samples together, with the start of the thread. */
  readonly milliseconds: number;
  readonly megabytes: number;
}

const LIMITS: TrialLimits = { milliseconds: 3000, megabytes: 128 };

/** The thread's module lies beside this one: as it was written, or as it was bundled. */
const beside = (url: string) =>
  new URL(url.endsWith('.ts') ? './schema-worker.ts' : './schema-worker.mjs', url);

/** Tries types in a thread of their own, which is ended when its time is up. */
export function createTypeTrial(limits: TrialLimits = LIMITS, worker = beside(import.meta.url)): TypeTrial {
  return { problems: (document) => inThread(worker, document, limits) };
}

function inThread(
  module: URL,
  { schema, samples }: TypeDocument,
  { milliseconds, megabytes }: TrialLimits,
): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const worker = new Worker(module, {
      workerData: { schema, samples },
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      // Nothing of the process's: neither its settings nor its credentials.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    const end = (problems: readonly string[]) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(problems);
    };
    const timer = setTimeout(
      () => end([`Compiling the schema and trying its samples took more than ${milliseconds} ms.`]),
      milliseconds,
    );
    worker.once('message', (problems: readonly string[]) => end(problems));
    worker.once('error', (error: Error) =>
      end([`The schema cannot be used: ${error.message.slice(0, 500)}`]),
    );
    worker.once('exit', (code) => end([`The schema ended the thread that tried it (${code}).`]));
  });
}

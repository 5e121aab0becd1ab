import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions } from '../scripts/function-bundles.ts';

export interface BundleMeasurement {
  /** The function's logical id in the template. */
  readonly function: string;
  readonly bytes: number;
  /** From the start of the import to its end in a fresh process: the median of several. */
  readonly coldImportMs: number;
}

const RUNS = 5;

/** Measures inside the process, so that the start of Node itself does not count. */
const IMPORT = `
const started = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - started), () => process.exit());
`;

/** Size and cold import time of every function, bundled as the template says. */
export async function measureBundles(): Promise<readonly BundleMeasurement[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bundles-'));
  try {
    const measurements: BundleMeasurement[] = [];
    for (const { function: name, file, output } of await bundleFunctions(folder)) {
      measurements.push({ function: name, bytes: output.bytes, coldImportMs: await coldImport(file) });
    }
    return measurements;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function coldImport(file: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const args = ['--input-type=module', '--eval', IMPORT, file];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

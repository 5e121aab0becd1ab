import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// Real third-party data under mixed licences: read where it lies beside a checkout, never copied into it.
const ROOT = resolve(import.meta.dirname, '../../../shared/vectors');

/** The folder of real-world vectors named `folder`, or undefined where this checkout has none beside it. */
export function sharedVectors(folder: string): string | undefined {
  const path = join(ROOT, folder);
  return existsSync(path) ? path : undefined;
}

/** The lines of a JSON Lines file in a folder of real-world vectors; none where it is absent. */
export function sharedJsonLines<T>(folder: string, file: string): T[] {
  const path = sharedVectors(folder);
  if (path === undefined) return [];
  return readFileSync(join(path, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildCatalogue } from '../../../scripts/build-catalogue.ts';

const folder = path.resolve(import.meta.dirname, '../../../dist/catalogue');

/** Sees to it that the page which commands find beside the program is the one of these sources. */
export async function ensureBuiltPage(): Promise<void> {
  // The entry comes last, here as everywhere.
  for (const asset of await buildCatalogue()) {
    const file = path.join(folder, asset.path);
    const there = await readFile(file).catch(() => undefined);
    if (there !== undefined && Buffer.compare(there, asset.bytes) === 0) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, asset.bytes);
  }
}

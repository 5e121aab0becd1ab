import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, MANIFEST_SIGNATURE } from '../../domain/bundle/manifest.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { type BundleContents, createMemberCheck, type ReadThrough } from './contents.ts';
import { MAX_MANIFEST_BYTES, readManifest } from './manifest-document.ts';
import { collect, readRange } from './read-file.ts';
import { bundleInvalid } from './refusal.ts';

/** More than any signature has. */
export const MAX_SIGNATURE_BYTES = 4096;

/** Reads a bundle that is a folder through. Throws BundleInvalid, as `openBundle`. */
export async function openFolder(
  folder: string,
  location: string,
  reading: ReadThrough,
): Promise<BundleContents> {
  const manifestBytes = await readWhole(folder, MANIFEST, MAX_MANIFEST_BYTES, location);
  if (manifestBytes === undefined) {
    throw bundleInvalid(location, `it has no ${MANIFEST}: it is no bundle, or was not exported to its end`);
  }
  const manifest = readManifest(manifestBytes, location);
  const check = createMemberCheck(manifest, location, reading);
  for await (const { path, size } of filesBelow(folder, location)) {
    if (path === MANIFEST || path === MANIFEST_SIGNATURE) continue;
    const file = check.expect(path, size);
    await check.compare(file, readRange(join(folder, path), 0, size));
  }
  check.end();
  return {
    location,
    manifest,
    manifestBytes,
    signature: await readWhole(folder, MANIFEST_SIGNATURE, MAX_SIGNATURE_BYTES, location),
    read: ({ path, size }, start = 0) => readRange(join(folder, path), start, size),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Undefined when there is none. */
async function readWhole(
  folder: string,
  name: string,
  maxBytes: number,
  location: string,
): Promise<Uint8Array | undefined> {
  const stats = await lstat(join(folder, name)).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw bundleInvalid(location, `its ${name} is no plain file`);
  return await collect(readRange(join(folder, name), 0, stats.size), maxBytes, name, location);
}

interface FoundFile {
  readonly path: string;
  readonly size: number;
}

/** Every file, depth first and by name; throws for what is neither a plain file nor a folder. */
async function* filesBelow(folder: string, location: string, under = ''): AsyncGenerator<FoundFile> {
  for (const entry of (await readdir(join(folder, under), { withFileTypes: true })).toSorted(byName)) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* filesBelow(folder, location, path);
    } else if (entry.isFile()) {
      yield { path, size: (await lstat(join(folder, path))).size };
    } else {
      const kind = entry.isSymbolicLink() ? 'a symbolic link' : 'no plain file';
      throw bundleInvalid(location, `${quote(path)} is ${kind}`);
    }
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

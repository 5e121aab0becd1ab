import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BundleManifest, MANIFEST, MANIFEST_SIGNATURE } from '../../domain/bundle/manifest.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { type BundleContents, createMemberCheck, type MemberCheck, type ReadThrough } from './contents.ts';
import { MAX_SIGNATURE_BYTES } from './folder-contents.ts';
import { MAX_MANIFEST_BYTES, readManifest } from './manifest-document.ts';
import { collect, readRange } from './read-file.ts';
import { bundleInvalid } from './refusal.ts';
import { readTar } from './tar.ts';

/**
 * Reads a bundle that is a tar through, and notes where each file lies in it: nothing is unpacked. Throws
 * BundleInvalid, as `openBundle`.
 */
export async function openTar(path: string, location: string, reading: ReadThrough): Promise<BundleContents> {
  const offsets = new Map<string, number>();
  let head:
    | { readonly bytes: Uint8Array; readonly manifest: BundleManifest; readonly check: MemberCheck }
    | undefined;
  let signature: Uint8Array | undefined;
  for await (const { name, size, offset, body } of readTar(path, location)) {
    if (head === undefined) {
      if (name !== MANIFEST) {
        throw bundleInvalid(location, `its first member is ${quote(name)}, where ${MANIFEST} must be`);
      }
      const bytes = await collect(body, MAX_MANIFEST_BYTES, name, location);
      const manifest = readManifest(bytes, location);
      head = { bytes, manifest, check: createMemberCheck(manifest, location, reading) };
    } else if (name === MANIFEST_SIGNATURE && signature === undefined) {
      signature = await collect(body, MAX_SIGNATURE_BYTES, name, location);
    } else {
      const file = head.check.expect(name, size);
      await head.check.compare(file, body);
      offsets.set(name, offset);
    }
  }
  if (head === undefined) throw bundleInvalid(location, 'it is an empty tar');
  head.check.end();
  return {
    location,
    manifest: head.manifest,
    manifestBytes: head.bytes,
    signature,
    read: (file, start = 0) => {
      const offset = offsets.get(file.path) ?? Number.NaN;
      return readRange(path, offset + start, offset + file.size);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * A tar that can be read only once, such as a pipe: put aside in the folder for temporary files until it is disposed
 * of.
 */
export async function openStream(
  path: string,
  location: string,
  reading: ReadThrough,
): Promise<BundleContents> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-import-'));
  const clear = () => rm(folder, { recursive: true, force: true });
  try {
    const aside = join(folder, 'bundle.tar');
    await using source = await open(path);
    const options = reading.signal === undefined ? {} : { signal: reading.signal };
    await pipeline(source.createReadStream({ autoClose: false }), createWriteStream(aside), options);
    return { ...(await openTar(aside, location, reading)), [Symbol.asyncDispose]: clear };
  } catch (error) {
    await clear();
    throw error;
  }
}

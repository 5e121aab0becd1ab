import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { type BundleManifest, MANIFEST } from '../../domain/bundle/manifest.ts';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import { digestOf } from './bundled-versions.ts';
import type { BundleContents, ReadThrough } from './contents.ts';
import { openFolder } from './folder-contents.ts';
import { MAX_MANIFEST_BYTES, readManifest } from './manifest-document.ts';
import { collect, readRange } from './read-file.ts';
import { bundleInvalid } from './refusal.ts';
import { readTar } from './tar.ts';
import { openStream, openTar } from './tar-contents.ts';

/**
 * Opens a bundle, a folder or a tar, and compares every byte of it with its manifest: what it lists is there, as it
 * lists it, and nothing else is. Who made it and whether its releases are signed is not judged here.
 *
 * Throws BundleInvalid, naming what is wrong; ArgumentsInvalid when there is nothing to read at `path`.
 */
export async function openBundle(path: string, reading: ReadThrough = {}): Promise<BundleContents> {
  const kind = await kindOf(path);
  try {
    if (kind === 'stream') return await openStream(path, path, reading);
    // The user's own link may be followed; none in the bundle is.
    return await (kind === 'folder' ? openFolder : openTar)(await realpath(path), path, reading);
  } catch (error) {
    throw asSyncError(error, path, reading);
  }
}

/**
 * The manifest of an earlier bundle, to continue from: `path` is the bundle itself, of which nothing else is read, or
 * its `manifest.json` kept apart. Throws as `openBundle`.
 */
export async function readBase(
  path: string,
): Promise<{ readonly manifest: BundleManifest; readonly manifestSha256: Sha256 }> {
  const kind = await kindOf(path);
  try {
    const bytes = await manifestBytesOf(
      await realpath(kind === 'folder' ? join(path, MANIFEST) : path),
      path,
    );
    return { manifest: readManifest(bytes, path), manifestSha256: digestOf(bytes) };
  } catch (error) {
    throw asSyncError(error, path, {});
  }
}

async function manifestBytesOf(file: string, location: string): Promise<Uint8Array> {
  const [first] = await collect(readRange(file, 0, 1), 1, 'it', location);
  if (first === '{'.charCodeAt(0)) {
    return await collect(readRange(file, 0, MAX_MANIFEST_BYTES + 1), MAX_MANIFEST_BYTES, MANIFEST, location);
  }
  for await (const { name, body } of readTar(file, location)) {
    if (name !== MANIFEST) break;
    return await collect(body, MAX_MANIFEST_BYTES, name, location);
  }
  throw bundleInvalid(location, `it is neither a bundle nor a ${MANIFEST}`);
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'stream'> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'stream';
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'no reason given';
    throw new SyncError(
      'ArgumentsInvalid',
      `${quote(path)} cannot be read (${code}). Name a bundle: a folder or a tar.`,
      {
        cause,
      },
    );
  }
}

function asSyncError(error: unknown, path: string, { signal }: ReadThrough): unknown {
  if (signal?.aborted) return interruptionOf(signal.reason);
  if (error instanceof SyncError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? error : bundleInvalid(path, `it could not be read (${code})`, error);
}

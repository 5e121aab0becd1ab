import { createCipheriv, createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { Platform } from '../../domain/provider/platform.ts';

/** A package's bytes, held in memory or made as they are read. */
export interface PackageContents {
  readonly size: number;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

const CHUNK_BYTES = 256 * 1024;
const PATTERN_BYTES = 1024 * 1024;

/** Local time on purpose: a zip stores a file's local time, so the bytes are the same in every time zone. */
const ZIP_TIME = new Date(2024, 0, 1);
const UNIX = 3;
const EXECUTABLE = 0o100755 << 16;

export function contentsOf(bytes: Uint8Array): PackageContents {
  return {
    size: bytes.length,
    read: async function* (start, end) {
      for (let at = start; at < end; at += CHUNK_BYTES)
        yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, end));
    },
  };
}

/** A zip with one small script in the place of a provider's program. The same input gives the same bytes. */
export function zipContents(type: string, version: string, platform: Platform): PackageContents {
  const script = `#!/bin/sh\necho "${type} ${version} for ${platform.os}_${platform.arch}: a sample, not a provider"\nexit 1\n`;
  return zipProgram(type, version, platform, script);
}

/** A zip with a provider's program, which is a script. The same input gives the same bytes. */
export function zipProgram(
  type: string,
  version: string,
  platform: Platform,
  program: string,
): PackageContents {
  const suffix = platform.os === 'windows' ? '.exe' : '';
  const name = `terraform-provider-${type}_v${version}${suffix}`;
  return contentsOf(
    zipSync({
      [name]: [new TextEncoder().encode(program), { os: UNIX, attrs: EXECUTABLE, mtime: ZIP_TIME }],
    }),
  );
}

/** `size` bytes that do not compress, repeating every MiB: as large as wanted and never held whole. */
export function syntheticContents(size: number, seed: string): PackageContents {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
  const pattern = cipher.update(new Uint8Array(PATTERN_BYTES));
  return {
    size,
    read: async function* (start, end) {
      let at = start;
      while (at < end) {
        const from = at % PATTERN_BYTES;
        const length = Math.min(CHUNK_BYTES, PATTERN_BYTES - from, end - at);
        yield pattern.subarray(from, from + length);
        at += length;
      }
    },
  };
}

export async function sha256Of(contents: PackageContents): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of contents.read(0, contents.size)) hash.update(chunk);
  return hash.digest('hex') as Sha256;
}

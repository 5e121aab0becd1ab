import { createHash } from 'node:crypto';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { BundleFile, BundleManifest } from '../../domain/bundle/manifest.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import { bundleInvalid } from './refusal.ts';

/** A bundle whose every byte has been compared with its manifest. Disposing removes what was put aside for it. */
export interface BundleContents extends AsyncDisposable {
  /** As the user named it. */
  readonly location: string;
  readonly manifest: BundleManifest;
  readonly manifestBytes: Uint8Array;
  /** The bytes of `manifest.json.sig`; undefined when there is none. */
  readonly signature: Uint8Array | undefined;
  /** A file of the manifest, from `start` on. Opens when the first byte is asked for. */
  read(file: BundleFile, start?: number): AsyncIterable<Uint8Array>;
}

export interface ReadThrough {
  readonly signal?: AbortSignal | undefined;
  /** After every chunk: bytes read so far, and of how many where that is known. */
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/** Compares members as they come by, in any order, and says what never came. */
export interface MemberCheck {
  /** Throws BundleInvalid unless the manifest has the path, with this size, and it is the first time. */
  expect(path: string, size: number): BundleFile;
  /** Reads the member's bytes through; throws BundleInvalid when they are others than the manifest lists. */
  compare(file: BundleFile, body: AsyncIterable<Uint8Array>): Promise<void>;
  /** Throws BundleInvalid when a file is missing. */
  end(): void;
}

export function createMemberCheck(
  manifest: BundleManifest,
  location: string,
  { signal, onProgress }: ReadThrough,
): MemberCheck {
  const awaited = new Map(manifest.files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const total = manifest.files.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  return {
    expect(path, size) {
      if (seen.has(path)) throw bundleInvalid(location, `it holds ${quote(path)} twice`);
      const file = awaited.get(path);
      if (file === undefined)
        throw bundleInvalid(location, `it holds ${quote(path)}, which its manifest does not list`);
      if (file.size !== size) {
        throw bundleInvalid(location, `${quote(path)} has ${size} bytes, its manifest lists ${file.size}`);
      }
      seen.add(path);
      return file;
    },
    async compare(file, body) {
      const hash = createHash('sha256');
      let length = 0;
      for await (const chunk of body) {
        if (signal?.aborted) throw interruptionOf(signal.reason);
        hash.update(chunk);
        length += chunk.byteLength;
        bytes += chunk.byteLength;
        onProgress?.(bytes, total);
      }
      const actual = hash.digest('hex') as Sha256;
      if (length === file.size && actual === file.sha256) return;
      throw bundleInvalid(
        location,
        length < file.size
          ? `${quote(file.path)} ends after ${length} of ${file.size} bytes`
          : `${quote(file.path)} has the SHA-256 ${actual}, its manifest lists ${file.sha256}`,
      );
    },
    end() {
      const [missing, ...others] = [...awaited.keys()].filter((path) => !seen.has(path));
      if (missing === undefined) return;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      throw bundleInvalid(location, `it lacks ${quote(missing)}${more}, which its manifest lists`);
    },
  };
}

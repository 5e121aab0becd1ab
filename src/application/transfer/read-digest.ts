import { createHash } from 'node:crypto';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { OpenedBytes } from '../../ports/bytes.ts';
import { beginDownload, bytesOf, type DownloadTerms, discard } from './download.ts';
import { createPatience, pacingOf, pause } from './pacing.ts';
import { RestartNeeded } from './restart-needed.ts';
import { DEFAULT_MAX_BYTES, type TransferInput } from './transfer-file.ts';

export interface ReadDigestInput
  extends Pick<TransferInput, 'source' | 'maxBytes' | 'limits' | 'signal' | 'sleep' | 'random'> {
  readonly onBytes?: (bytes: number, size: number | undefined) => void;
}

/**
 * The SHA-256 and the size, in bytes, of what `source` gives, read as patiently as a transfer: resumed where it
 * broke, begun again where it cannot be resumed. Throws what a transfer's download throws.
 */
export async function readDigest(
  input: ReadDigestInput,
): Promise<{ readonly sha256: Sha256; readonly bytes: number }> {
  const pacing = pacingOf(input);
  let opened: OpenedBytes | undefined;
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await readOnce(input, createPatience(pacing), opened);
    } catch (error) {
      if (!(error instanceof RestartNeeded)) throw error;
      opened = error.opened;
      if (restarts >= pacing.limits.restarts) {
        if (opened !== undefined) await discard(opened);
        throw error.reason;
      }
      if (opened === undefined) await pause(pacing, restarts + 1, error.reason, input.signal);
    }
  }
}

async function readOnce(
  input: ReadDigestInput,
  patience: DownloadTerms['patience'],
  fresh: OpenedBytes | undefined,
): Promise<{ readonly sha256: Sha256; readonly bytes: number }> {
  const terms: DownloadTerms = {
    source: input.source,
    maxBytes: input.maxBytes ?? DEFAULT_MAX_BYTES,
    patience,
    signal: input.signal ?? new AbortController().signal,
    onBytes: (bytes) => input.onBytes?.(bytes, download.size),
  };
  const download = await beginDownload(terms, fresh);
  const hash = createHash('sha256');
  for await (const chunk of bytesOf(terms, download)) hash.update(chunk);
  return { sha256: hash.digest('hex') as Sha256, bytes: download.bytes };
}

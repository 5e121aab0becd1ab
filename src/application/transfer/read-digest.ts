import type { Sha256 } from '../../domain/artifact/sha256.ts';
import type { OpenedBytes } from '../../ports/bytes.ts';
import { beginDownload, bytesOf, type DownloadTerms } from './download.ts';
import { pacingOf } from './pacing.ts';
import { withRestarts } from './restarts.ts';
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
  return await withRestarts({ pacing, signal: input.signal }, async (patience, opened) => {
    return await readOnce(input, patience, opened);
  });
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
  for await (const _ of bytesOf(terms, download));
  return { sha256: download.hash.digest('hex') as Sha256, bytes: download.bytes };
}

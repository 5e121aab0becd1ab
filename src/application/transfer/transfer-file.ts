import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { SyncError } from '../../domain/errors.ts';
import { holdBack } from '../../domain/transfer/hold-back.ts';
import { controllerWithin } from '../../domain/transfer/interruption.ts';
import type { ByteSink, ByteSource, OpenedBytes } from '../../ports/bytes.ts';
import {
  type ApprovedTerms,
  approve,
  beginDownload,
  bytesOf,
  type Download,
  type DownloadTerms,
  discard,
  isPassing,
  RestartNeeded,
} from './download.ts';
import { pacingOf, type Sleep, type TransferLimits } from './pacing.ts';
import { type RestartTerms, withRestarts } from './restarts.ts';

export interface TransferInput {
  readonly source: ByteSource;
  readonly sink: ByteSink;
  readonly expected: Sha256;
  /** Default 2 GiB. */
  readonly maxBytes?: number;
  readonly limits?: TransferLimits;
  /** Breaks the transfer off between two chunks; what source and sink wait for must know the signal itself. */
  readonly signal?: AbortSignal;
  /** After every chunk, and with 0 when the transfer is begun again. `size` is undefined when unknown. */
  readonly onProgress?: (bytes: number, size: number | undefined) => void;
  readonly onRestart?: (side: 'download' | 'upload', reason: string) => void;
  /** Default: a timer. */
  readonly sleep?: Sleep;
  /** In [0, 1); spreads the pauses. Default: Math.random. */
  readonly random?: () => number;
}

export interface TransferOutcome {
  readonly bytes: number;
  readonly sha256: Sha256;
  /** Downloads gone on with after a break, within the upload that succeeded. */
  readonly resumes: number;
  /** Uploads begun again. */
  readonly restarts: number;
}

export const DEFAULT_MAX_BYTES = 2 * 1024 ** 3;

/** Any number above 0 keeps the destination from having the whole file; a whole chunk saves cutting it. */
const HELD_BACK_BYTES = 64 * 1024;

/**
 * Passes a file from `source` to `sink` as one stream. Every byte is hashed on the way, and the last ones go out
 * only when all have the expected digest: a wrong file is never completed at the destination. A download that
 * breaks is gone on with inside the same upload when an ETag proves that it is the same file; otherwise, and when
 * the upload breaks, both begin again. Nothing is kept but the bytes held back.
 *
 * Throws DigestMismatch; UpstreamResponseInvalid when the file is longer than announced or than `maxBytes`;
 * DestinationResponseInvalid when the sink claims success too early; Interrupted; and, with the limits used up,
 * what source and sink throw.
 */
export async function transferFile(input: TransferInput): Promise<TransferOutcome> {
  const terms: RestartTerms = {
    pacing: pacingOf(input),
    signal: input.signal,
    onRestart: ({ side, reason }) => {
      input.onRestart?.(side, reason.message);
      input.onProgress?.(0, undefined);
    },
  };
  return await withRestarts(terms, async (patience, opened, restarts) => {
    const { bytes, resumes } = await attempt(input, patience, opened);
    return { bytes, sha256: input.expected, resumes, restarts };
  });
}

async function attempt(
  input: TransferInput,
  patience: DownloadTerms['patience'],
  fresh: OpenedBytes | undefined,
): Promise<Download> {
  const { source, sink, expected, signal } = input;
  const over = controllerWithin(signal);
  const terms: ApprovedTerms = {
    source,
    expected,
    maxBytes: input.maxBytes ?? DEFAULT_MAX_BYTES,
    patience,
    signal: over.signal,
    onBytes: (bytes) => input.onProgress?.(bytes, download.size),
  };
  const download = await beginDownload(terms, fresh).catch((error: unknown) => {
    over.leave();
    throw error;
  });
  try {
    const body = holdBack(bytesOf(terms, download), HELD_BACK_BYTES, () => approve(terms, download));
    await sink.send(body, download.size, { proved: true });
  } catch (error) {
    if (download.failure !== undefined) throw download.failure;
    throw isPassing(error) ? new RestartNeeded('upload', error) : error;
  } finally {
    // Whoever still waits for bytes of a dead upload must not wait on.
    over.leave();
    over.abort();
    await discard(download.opened);
  }
  if (!download.approved) {
    throw new SyncError(
      'DestinationResponseInvalid',
      `${sink.name}: the destination claimed success after ${download.bytes} bytes, before it had the whole file.`,
    );
  }
  return download;
}

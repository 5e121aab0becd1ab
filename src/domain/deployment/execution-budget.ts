import { SyncError } from '../errors.ts';
import { MAX_MESSAGE_BYTES, MAX_NAMED } from '../notification/digest.ts';
import { type ConfigReference, formatConfigReference, type ProviderReference } from './run-references.ts';

/**
 * What one execution of a standard workflow can hold.
 * Source: AWS Step Functions Developer Guide, "Service quotas": input or output of a state, and events in one
 * execution history.
 * @internal
 */
export const EXECUTION_LIMITS = { payloadBytes: 262_144, historyEvents: 25_000 } as const;

/**
 * History events of `statemachine/provider-sync.asl.json`, by what becomes of a provider; a test counts them
 * in the definition. Failing paths are counted with all retries and with a recording that fails too.
 * @internal
 */
export const PROVIDER_EVENTS = {
  upToDate: 11,
  published: 16,
  failedAtCheck: 62,
  failedAtDownload: 69,
  /** As above, after a check that passed at its last retry. The dearest way there is. */
  failedAtDownloadAfterRetriedCheck: 102,
} as const;

/**
 * Events outside the Map, the queue and the pages: start, ReadConfig with all its retries, the report, the end.
 * @internal
 */
export const RUN_EVENTS = 176;

/**
 * One look at the queue that ends in waiting, with all its retries.
 * @internal
 */
export const QUEUE_EVENTS = 33;

/**
 * How often a run can look at the queue before its time is up (see `secondsToWait`).
 * @internal
 */
export const MAX_LOOKS = 349;

/**
 * One page in an execution of its own, with all retries, and its failure noted with all retries.
 * @internal
 */
export const PAGE_EVENTS = 45;

/**
 * How many providers one execution holds, whatever happens to them and however long it waited before.
 * @internal
 */
export const MAX_PROVIDERS = Math.floor(
  (EXECUTION_LIMITS.historyEvents - RUN_EVENTS - MAX_LOOKS * QUEUE_EVENTS) /
    PROVIDER_EVENTS.failedAtDownloadAfterRetriedCheck,
);

/**
 * How many pages one run holds.
 * @internal
 */
export const MAX_PAGES = Math.floor(
  (EXECUTION_LIMITS.historyEvents - RUN_EVENTS - MAX_LOOKS * QUEUE_EVENTS) / PAGE_EVENTS,
);

/** What Step Functions adds around the payload of a Lambda's answer: status, headers, trace ids. */
const INVOCATION_ENVELOPE_BYTES = 4_096;

/** The longest cause that Step Functions hands to a Catch. */
const CAUSE_BYTES = 32_768;

/** The longest version and error code that results are expected to carry, in characters. */
const RESULT_TEXT = '-'.repeat(64);

/** What a payload holds beside the providers: the digest of the pages before, and what broke the page off. */
const RESERVED_BYTES = INVOCATION_ENVELOPE_BYTES + CAUSE_BYTES + MAX_NAMED * (MAX_MESSAGE_BYTES + 800);

export interface Page {
  /** Bytes of the largest payload that the page can lead to. */
  readonly payloadBytes: number;
  readonly providers: readonly ProviderReference[];
}

/**
 * The providers in pages that one execution each holds, in the order of the config; the same config gives the same
 * pages. Throws ConfigTooLarge when one run could not work through all of them.
 */
export function pagesOf(config: ConfigReference, providers: readonly ProviderReference[]): readonly Page[] {
  const pages: Page[] = [];
  let page: ProviderReference[] = [];
  let bytes = RESERVED_BYTES;
  const close = () => {
    pages.push({ payloadBytes: bytes, providers: page });
    [page, bytes] = [[], RESERVED_BYTES];
  };
  for (const provider of providers) {
    const size = largestShare(provider);
    if (RESERVED_BYTES + size > EXECUTION_LIMITS.payloadBytes) {
      throw tooLarge(config, `asks for ${provider.address} in ${size} bytes, more than a state can pass`);
    }
    const full = page.length === MAX_PROVIDERS || bytes + size > EXECUTION_LIMITS.payloadBytes;
    if (full) close();
    page.push(provider);
    bytes += size;
  }
  close();
  if (pages.length > MAX_PAGES) {
    throw tooLarge(config, `needs ${pages.length} pages, and one run holds ${MAX_PAGES}`);
  }
  return pages;
}

function tooLarge(config: ConfigReference, what: string): SyncError {
  return new SyncError(
    'ConfigTooLarge',
    `${formatConfigReference(config)} ${what}. Move some of the providers to the config of a second stack; nothing was synchronized.`,
  );
}

/** What one provider takes of a payload at most: its reference and its result stand side by side. */
function largestShare(provider: ProviderReference): number {
  const { address, version } = provider;
  const passed = {
    outcome: RESULT_TEXT,
    resolvedVersion: RESULT_TEXT,
    versionExists: true,
    shouldProcess: false,
  };
  const failure = { address, requested: version, version: RESULT_TEXT, step: 'upload', code: RESULT_TEXT };
  const failed = { outcome: 'failed', failure: { ...failure, message: '' } };
  const result = Math.max(jsonBytes(passed), jsonBytes(failed) + MAX_MESSAGE_BYTES);
  // One comma behind each.
  return jsonBytes(provider) + result + 2;
}

function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

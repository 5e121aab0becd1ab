import { SyncError } from '../errors.ts';
import { type ConfigReference, formatConfigReference, type ProviderReference } from './run-references.ts';

/**
 * What one execution of a standard workflow can hold.
 * Source: AWS Step Functions Developer Guide, "Service quotas": input or output of a state, and events in one
 * execution history.
 */
export const EXECUTION_LIMITS = { payloadBytes: 262_144, historyEvents: 25_000 } as const;

/**
 * History events of `statemachine/provider-sync.asl.json`, by what becomes of a provider; a test counts them
 * in the definition. Every failing path is counted with all its retries and with a notification that fails too.
 */
export const PROVIDER_EVENTS = {
  upToDate: 11,
  published: 16,
  failedAtCheck: 20,
  failedAtDownload: 24,
  /** As above, after a check that passed at its last retry. */
  failedAtDownloadAfterRetriedCheck: 30,
} as const;

/** Events outside the Map: start, ReadConfig with all its retries, the Map itself, the summary, the end. */
export const RUN_EVENTS = 37;

/** The dearest path on which a provider fails in one place: what every provider is given. */
const RESERVED_EVENTS = PROVIDER_EVENTS.failedAtDownload;

/** What Step Functions adds around the payload of a Lambda's answer: status, headers, trace ids. */
const INVOCATION_ENVELOPE_BYTES = 4_096;

/** The longest version and error code that results are expected to carry, in characters. */
const RESULT_TEXT_LENGTH = 64;

export interface ExecutionEstimate {
  readonly providers: number;
  readonly events: {
    /** Nothing to do for any provider. */
    readonly upToDate: number;
    /** Every provider is published. */
    readonly published: number;
    /** Every provider fails in its dearest place, and so does its notification. */
    readonly failed: number;
  };
  readonly payloadBytes: {
    /** The answer of ReadConfig, which is the input of the Map. */
    readonly providers: number;
    /** The output of the Map. */
    readonly results: number;
  };
}

/** How much of one execution a run over these providers takes. */
export function estimateExecution(
  config: ConfigReference,
  providers: readonly ProviderReference[],
): ExecutionEstimate {
  const count = providers.length;
  const eventsOf = (each: number) => RUN_EVENTS + each * count;
  return {
    providers: count,
    events: {
      upToDate: eventsOf(PROVIDER_EVENTS.upToDate),
      published: eventsOf(PROVIDER_EVENTS.published),
      failed: eventsOf(RESERVED_EVENTS),
    },
    payloadBytes: {
      providers: INVOCATION_ENVELOPE_BYTES + jsonBytes({ config, providers }),
      results: jsonBytes(selectedResults(providers)),
    },
  };
}

/** How many providers one execution holds even when every one of them fails. */
export const MAX_PROVIDERS = Math.floor((EXECUTION_LIMITS.historyEvents - RUN_EVENTS) / RESERVED_EVENTS);

/** Throws ConfigTooLarge when one execution could end in the middle of these providers. */
export function requireFitsExecution(
  config: ConfigReference,
  providers: readonly ProviderReference[],
): ExecutionEstimate {
  const estimate = estimateExecution(config, providers);
  const { payloadBytes, historyEvents } = EXECUTION_LIMITS;
  if (estimate.events.failed > historyEvents) {
    throw tooLarge(
      config,
      `lists ${estimate.providers} providers, and one execution holds ${MAX_PROVIDERS}: ${historyEvents} history events, up to ${RESERVED_EVENTS} a provider`,
    );
  }
  const largest = Math.max(estimate.payloadBytes.providers, estimate.payloadBytes.results);
  if (largest > payloadBytes) {
    throw tooLarge(
      config,
      `lists ${estimate.providers} providers whose names and versions take ${largest} bytes, and a state passes at most ${payloadBytes}`,
    );
  }
  return estimate;
}

function tooLarge(config: ConfigReference, what: string): SyncError {
  return new SyncError(
    'ConfigTooLarge',
    `${formatConfigReference(config)} ${what}. Move some of the providers to the config of a second stack; nothing was synchronized.`,
  );
}

/** The output of the Map as its ResultSelector leaves it, at its largest. */
function selectedResults(providers: readonly ProviderReference[]): unknown {
  return { outcomes: providers.map(() => 'up-to-date'), results: providers.map(largestResult) };
}

function largestResult({ address }: ProviderReference): unknown {
  const text = '-'.repeat(RESULT_TEXT_LENGTH);
  const passed = { outcome: 'up-to-date', resolvedVersion: text, versionExists: true, shouldProcess: false };
  const failed = { outcome: 'failed', address, code: text };
  return jsonBytes(passed) > jsonBytes(failed) ? passed : failed;
}

function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

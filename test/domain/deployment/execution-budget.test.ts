import { describe, expect, it } from 'vitest';
import {
  EXECUTION_LIMITS,
  estimateExecution,
  MAX_PROVIDERS,
  PROVIDER_EVENTS,
  RUN_EVENTS,
  requireFitsExecution,
} from '../../../src/domain/deployment/execution-budget.ts';
import type { ConfigReference, ProviderReference } from '../../../src/domain/deployment/run-references.ts';
import { type HistoryPath, historyPaths } from '../../deployment/support/history-events.ts';
import {
  itemStates,
  readDefinition,
  runStateMachine,
  type TaskHandlers,
} from '../../deployment/support/state-machine.ts';

const config: ConfigReference = { bucket: 'b'.repeat(63), key: 'config.json', versionId: 'v'.repeat(32) };
const providers = (count: number): readonly ProviderReference[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    address: `registry.terraform.io/some-vendor-name/some-provider-${index}`,
    version: '>= 5.80.0, < 6.0.0',
  }));

const definition = readDefinition();
/** The start and the success of the Map's iteration belong to every way through it. */
const itemPaths = historyPaths(itemStates(definition)).map(({ steps, events }) => ({
  steps,
  events: events + 2,
}));

function dearest(paths: readonly HistoryPath[], passes: (step: string) => boolean): number {
  const fitting = paths.filter(({ steps }) => steps.every(passes));
  return Math.max(...fitting.map(({ events }) => events));
}

describe('the history events of the definition', () => {
  it.each([
    ['upToDate', ['CheckVersionExists', 'ShouldProcess', 'Success']],
    ['published', ['CheckVersionExists', 'ShouldProcess', 'DownloadAndUpload', 'Success']],
    ['failedAtCheck', ['CheckVersionExists!', 'NotifyError!', 'NotificationFailed']],
    [
      'failedAtDownload',
      ['CheckVersionExists', 'ShouldProcess', 'DownloadAndUpload!', 'NotifyError!', 'NotificationFailed'],
    ],
    [
      'failedAtDownloadAfterRetriedCheck',
      ['CheckVersionExists~', 'ShouldProcess', 'DownloadAndUpload!', 'NotifyError!', 'NotificationFailed'],
    ],
  ] as const)('are %s as the budget says', (name, steps) => {
    const path = itemPaths.find((candidate) => candidate.steps.join() === steps.join());
    expect(path?.events).toBe(PROVIDER_EVENTS[name]);
  });

  it('are at most those of a provider that fails in one place, unless a check healed before', () => {
    expect(dearest(itemPaths, (step) => step !== 'CheckVersionExists~')).toBe(
      PROVIDER_EVENTS.failedAtDownload,
    );
    expect(dearest(itemPaths, () => true)).toBe(PROVIDER_EVENTS.failedAtDownloadAfterRetriedCheck);
  });

  it('are outside the Map at most what the budget says', () => {
    // ExecutionStarted, and ExecutionFailed or ExecutionSucceeded.
    expect(2 + dearest(historyPaths(definition), () => true)).toBe(RUN_EVENTS);
  });

  it('do not outlast the time limit of the execution when every provider is slow and fails', () => {
    const { States, TimeoutSeconds = 0 } = definition;
    const seconds = Object.values(itemStates(definition).States).flatMap(
      ({ TimeoutSeconds = 0, Retry = [] }) => {
        const waits = Retry.map(
          ({ MaxAttempts, MaxDelaySeconds }) => MaxAttempts * (MaxDelaySeconds + TimeoutSeconds),
        );
        return [TimeoutSeconds, ...waits];
      },
    );
    const slowest = seconds.reduce((sum, each) => sum + each, 0);
    const rounds = Math.ceil(MAX_PROVIDERS / (States['ProcessProviders']?.MaxConcurrency ?? 1));
    expect(rounds * slowest).toBeLessThan(TimeoutSeconds);
  });
});

describe('a config of 1,000 providers', () => {
  const estimate = estimateExecution(config, providers(1000));

  it('leaves fewer than 25,000 events even when every provider fails with all its retries', () => {
    expect(estimate.events).toEqual({ upToDate: 11_037, published: 16_037, failed: 24_037 });
    expect(estimate.events.failed).toBeLessThan(EXECUTION_LIMITS.historyEvents);
  });

  it('has room for 160 failures that followed a check which healed at its last retry', () => {
    const extra = PROVIDER_EVENTS.failedAtDownloadAfterRetriedCheck - PROVIDER_EVENTS.failedAtDownload;
    expect(Math.floor((EXECUTION_LIMITS.historyEvents - estimate.events.failed) / extra)).toBe(160);
  });

  it('passes payloads far under 256 KiB', () => {
    expect(estimate.payloadBytes.providers).toBeLessThan(0.6 * EXECUTION_LIMITS.payloadBytes);
    expect(estimate.payloadBytes.results).toBeLessThan(0.8 * EXECUTION_LIMITS.payloadBytes);
  });

  it('runs through the definition with no payload larger than estimated', { timeout: 120_000 }, async () => {
    const sizes: number[] = [];
    const measured = <T>(value: T): T => {
      sizes.push(Buffer.byteLength(JSON.stringify(value)));
      return value;
    };
    const handlers: TaskHandlers = {
      ReadConfig: () => measured({ config, providers: providers(1000) }),
      CheckVersionExists: (payload) => {
        measured(payload);
        const outcome = payload.provider.index % 2 === 0 ? 'up-to-date' : 'publish';
        return {
          outcome,
          resolvedVersion: '5.80.0',
          versionExists: outcome === 'up-to-date',
          shouldProcess: outcome !== 'up-to-date',
        };
      },
      DownloadAndUpload: (payload) => {
        measured(payload);
        return { outcome: 'published', resolvedVersion: '5.80.0' };
      },
      NotifyError: () => undefined,
      NotifyConfigError: () => undefined,
    };
    const execution = await runStateMachine(handlers, { bucket: 'configs', key: 'config.json' });
    expect(execution).toEqual({ output: { providers: 1000 } });
    expect(Math.max(...sizes)).toBeLessThan(estimate.payloadBytes.providers);
  });
});

describe('what one execution cannot hold', () => {
  it(`begins behind ${MAX_PROVIDERS} providers`, () => {
    expect(() => requireFitsExecution(config, providers(MAX_PROVIDERS))).not.toThrow();
    expect(estimateExecution(config, providers(MAX_PROVIDERS)).events.failed).toBeLessThanOrEqual(
      EXECUTION_LIMITS.historyEvents,
    );
    expect(() => requireFitsExecution(config, providers(MAX_PROVIDERS + 1))).toThrow(
      expect.objectContaining({
        code: 'ConfigTooLarge',
        message: expect.stringContaining('lists 1041 providers, and one execution holds 1040'),
      }),
    );
  });

  it('is also said of few providers with very long names', () => {
    const long = providers(900).map((provider) => ({
      ...provider,
      address: `${'h'.repeat(250)}/${provider.address}`,
    }));
    expect(() => requireFitsExecution(config, long)).toThrow(
      expect.objectContaining({ code: 'ConfigTooLarge', message: expect.stringContaining('at most 262144') }),
    );
  });
});

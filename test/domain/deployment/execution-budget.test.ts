import { describe, expect, it } from 'vitest';
import {
  EXECUTION_LIMITS,
  MAX_LOOKS,
  MAX_PAGES,
  MAX_PROVIDERS,
  PAGE_EVENTS,
  PROVIDER_EVENTS,
  pagesOf,
  QUEUE_EVENTS,
  RUN_EVENTS,
} from '../../../src/domain/deployment/execution-budget.ts';
import type { ConfigReference, ProviderReference } from '../../../src/domain/deployment/run-references.ts';
import { secondsToWait } from '../../../src/domain/deployment/turn.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { type HistoryPath, historyLoops, historyPaths } from '../../deployment/support/history-events.ts';
import { MY_TURN, readConfigOf, reporting } from '../../deployment/support/run-functions.ts';
import {
  itemStates,
  readDefinition,
  stepFunctions,
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
    ['failedAtCheck', ['CheckVersionExists!', 'RecordFailure!', 'FailureNotRecorded']],
    [
      'failedAtDownload',
      ['CheckVersionExists', 'ShouldProcess', 'DownloadAndUpload!', 'RecordFailure!', 'FailureNotRecorded'],
    ],
    [
      'failedAtDownloadAfterRetriedCheck',
      ['CheckVersionExists~', 'ShouldProcess', 'DownloadAndUpload!', 'RecordFailure!', 'FailureNotRecorded'],
    ],
  ] as const)('are %s as the budget says', (name, steps) => {
    const path = itemPaths.find((candidate) => candidate.steps.join() === steps.join());
    expect(path?.events).toBe(PROVIDER_EVENTS[name]);
  });

  it('are never more than those of the dearest way', () => {
    expect(dearest(itemPaths, () => true)).toBe(PROVIDER_EVENTS.failedAtDownloadAfterRetriedCheck);
  });

  it('are outside the Map, the queue and the pages at most what the budget says', () => {
    // ExecutionStarted, and ExecutionFailed or ExecutionSucceeded. The first page and the first look count as well.
    expect(2 + dearest(historyPaths(definition), () => true)).toBe(RUN_EVENTS);
  });

  it('are for each further look at the queue, and for each further page, what the budget says', () => {
    expect(dearest(historyLoops(definition, 'TakeTurn'), () => true)).toBe(QUEUE_EVENTS);
    expect(dearest(historyLoops(definition, 'ProcessPage'), () => true)).toBe(PAGE_EVENTS);
  });

  it('fit also when the run waited for its turn as long as it may live', () => {
    let [waited, looks] = [0, 1];
    while (waited < (definition.TimeoutSeconds ?? 0)) {
      waited += secondsToWait(waited);
      looks += 1;
    }
    expect(looks).toBe(MAX_LOOKS);
    const before = RUN_EVENTS + MAX_LOOKS * QUEUE_EVENTS;
    const page = before + MAX_PROVIDERS * PROVIDER_EVENTS.failedAtDownloadAfterRetriedCheck;
    expect(page).toBeLessThanOrEqual(EXECUTION_LIMITS.historyEvents);
    expect(before + MAX_PAGES * PAGE_EVENTS).toBeLessThanOrEqual(EXECUTION_LIMITS.historyEvents);
    expect(MAX_PAGES * MAX_PROVIDERS).toBeGreaterThan(20_000);
  });

  it('do not outlast the time limit of the execution when every provider is slow and fails', () => {
    const { States, TimeoutSeconds = 0 } = definition;
    const seconds = Object.values(itemStates(definition).States).flatMap(
      ({ TimeoutSeconds = 0, Retry = [] }) => {
        // What is throttled ends at once.
        const waits = Retry.map(
          ({ MaxAttempts, MaxDelaySeconds, ErrorEquals }) =>
            MaxAttempts *
            (MaxDelaySeconds + (ErrorEquals[0] === 'Lambda.TooManyRequestsException' ? 0 : TimeoutSeconds)),
        );
        return [TimeoutSeconds, ...waits];
      },
    );
    const slowest = seconds.reduce((sum, each) => sum + each, 0);
    const rounds = Math.ceil(MAX_PROVIDERS / (States['ProcessProviders']?.MaxConcurrency ?? 1));
    expect(rounds * slowest).toBeLessThan(TimeoutSeconds);
  });
});

describe('pages', () => {
  it('hold every provider once, in order, and the same ones each time', () => {
    const all = providers(1000);
    const pages = pagesOf(config, all);
    expect(pages.flatMap((page) => page.providers)).toEqual(all);
    expect(pages.slice(0, -1).map((page) => page.providers.length)).toEqual(
      Array(pages.length - 1).fill(MAX_PROVIDERS),
    );
    expect(pagesOf(config, all)).toEqual(pages);
  });

  it('are one for all that one execution holds, and two beyond', () => {
    expect(pagesOf(config, providers(MAX_PROVIDERS))).toHaveLength(1);
    expect(pagesOf(config, providers(MAX_PROVIDERS + 1))).toHaveLength(2);
  });

  it('are smaller where names are very long', () => {
    const long = providers(500).map((provider) => ({
      ...provider,
      address: `${'h'.repeat(1250)}/${provider.address}`,
    }));
    const pages = pagesOf(config, long);
    expect(pages.flatMap((page) => page.providers)).toEqual(long);
    for (const page of pages) {
      expect(page.payloadBytes).toBeLessThanOrEqual(EXECUTION_LIMITS.payloadBytes);
      expect(page.providers.length).toBeLessThan(MAX_PROVIDERS);
    }
  });

  it('cannot hold one provider that is larger than a payload', () => {
    const large = providers(1).map((provider) => ({ ...provider, version: '1'.repeat(200_000) }));
    expect(() => pagesOf(config, large)).toThrow(
      expect.objectContaining({
        code: 'ConfigTooLarge',
        message: expect.stringContaining('more than a state'),
      }),
    );
  });

  it('are at most as many as one run works through', () => {
    expect(() => pagesOf(config, providers(MAX_PAGES * MAX_PROVIDERS))).not.toThrow();
    expect(() => pagesOf(config, providers(MAX_PAGES * MAX_PROVIDERS + 1))).toThrow(
      expect.objectContaining({ code: 'ConfigTooLarge' }),
    );
  });

  it('lead to no payload larger than estimated, even when every provider fails', {
    timeout: 120_000,
  }, async () => {
    const all = providers(3 * MAX_PROVIDERS);
    const sizes: number[] = [];
    const handlers: TaskHandlers = {
      TakeTurn: MY_TURN,
      ReadConfig: readConfigOf(() => all),
      CheckVersionExists: () => {
        throw new SyncError('DigestMismatch', '"\u0001'.repeat(4000));
      },
      DownloadAndUpload: () => undefined,
      ...reporting().tasks,
      NotifyConfigError: () => undefined,
    };
    const input = { bucket: 'configs', key: 'config.json' };
    const machines = stepFunctions(handlers, (payload) =>
      sizes.push(Buffer.byteLength(JSON.stringify(payload ?? null))),
    );
    const { error } = await machines.start(input).done;
    expect(error?.name).toBe('ProvidersFailed');
    const estimates = pagesOf(config, all).map(({ payloadBytes }) => payloadBytes);
    expect(Math.max(...sizes)).toBeLessThan(Math.max(...estimates));
    expect(Buffer.byteLength(error?.cause ?? '')).toBeLessThan(32_768);
  });
});

import { hasSubscribers } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../src/handlers/telemetry.ts';
import { type Reported, reportTo } from '../fakes/event-reporter.ts';

const about = {
  address: 'registry.terraform.io/acme/anvil',
  destination: 'private-registry',
  version: '1.0.0',
};
const platform = { os: 'linux', arch: 'amd64' };

describe('the telemetry of a function', () => {
  const lines: string[] = [];
  afterEach(() => {
    vi.restoreAllMocks();
    lines.length = 0;
  });

  function listening(environment: Record<string, string> = {}) {
    for (const [name, value] of Object.entries({ POWERTOOLS_DEV: 'true', ...environment }))
      vi.stubEnv(name, value);
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'ProviderSync');
    for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void lines.push(String(line)));
    }
    return createTelemetry(process.env);
  }

  it('never has requests recorded by themselves, because the path of an upload link is a secret', () => {
    const { tracer } = listening({ AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' });
    expect(tracer.isTracingEnabled()).toBe(true);
    expect(hasSubscribers('undici:request:create')).toBe(false);
  });

  it.each<[string, Reported, Record<string, number>]>([
    ['up to date', { kind: 'ProviderVersionUpToDate', ...about }, { ProviderUpToDate: 1 }],
    [
      'published',
      { kind: 'ProviderVersionPublished', ...about, signedBy: 'K', bytes: 5 },
      { ProviderPublished: 1, BytesPublished: 5 },
    ],
    [
      'completed',
      { kind: 'ProviderVersionCompleted', ...about, signedBy: 'K', bytes: 7 },
      { ProviderPublished: 1, BytesPublished: 7 },
    ],
    [
      'deleted',
      {
        kind: 'VersionDeleted',
        destination: 'private-registry',
        provider: 'anvil',
        version: '1.0.0',
        reason: 'old',
      },
      { VersionDeleted: 1 },
    ],
    ['repeated', { kind: 'RequestRetried', target: 'x', attempt: 2, reason: 'busy' }, { RequestRetried: 1 }],
    [
      'restarted',
      { kind: 'PackageTransferRestarted', ...about, platform, side: 'upload', reason: 'cut' },
      { TransferRestarted: 1 },
    ],
  ])('counts what was %s', (_what, event, counted) => {
    const { reporter, metrics } = listening();
    reportTo(reporter, event);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: event.kind });
    expect(metrics.serializeMetrics()).toMatchObject(counted);
  });

  it('neither logs nor counts the progress of a transfer, nor a failure that may yet be retried', () => {
    const { reporter, metrics } = listening();
    const error = { code: 'UpstreamUnavailable', origin: 'upstream', message: 'busy' } as const;
    reportTo(reporter, { kind: 'PackageTransferProgressed', ...about, platform, bytes: 1, size: 2 });
    reportTo(reporter, { kind: 'ProviderSyncFailed', ...about, error });
    expect(lines).toEqual([]);
    expect(metrics.hasStoredMetrics()).toBe(false);
  });

  it.each([
    ['WARNING', ['WARN']],
    ['WARN', ['WARN']],
    ['INFO', ['INFO', 'WARN']],
    ['DEBUG', ['DEBUG', 'INFO', 'WARN']],
    ['ERROR', []],
  ])('logs at the level %s, while Lambda lets INFO through for the metrics', (level, expected) => {
    const { reporter } = listening({ LOG_LEVEL: level, AWS_LAMBDA_LOG_LEVEL: 'INFO' });
    reportTo(reporter, { kind: 'ProviderCheckStarted', address: about.address, requested: 'latest' });
    reportTo(reporter, { kind: 'ProviderVersionUpToDate', ...about });
    reportTo(reporter, { kind: 'RequestRetried', target: 'x', attempt: 2, reason: 'busy' });
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });
});

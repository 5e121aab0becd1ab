import { describe, expect, it } from 'vitest';
import type { ProviderResult, RunResult } from '../../../src/application/sync/results.ts';
import { RUN_RESULT } from '../../../src/cli/render/run-result.ts';

const KEY_ID = '34365D9472D7468F';

function provider(overrides: Partial<ProviderResult>): ProviderResult {
  return {
    address: 'registry.terraform.io/hashicorp/aws',
    requested: '~> 5.0',
    version: '5.100.0',
    outcome: 'published',
    signedBy: KEY_ID,
    platforms: [{ os: 'linux', arch: 'amd64', outcome: 'published', bytes: 10, sha256: 'ab' }],
    steps: ['create provider', 'upload package linux_amd64'],
    plannedSteps: [],
    checks: [],
    remarks: [],
    ...overrides,
  };
}

function resultOf(providers: readonly ProviderResult[]): RunResult {
  const outcomes = Object.fromEntries(
    providers.map(({ outcome }) => [outcome, providers.filter((other) => other.outcome === outcome).length]),
  );
  return { providers, summary: { total: providers.length, outcomes, bytes: 0, durationMs: 1200, ok: true } };
}

const failed = provider({
  outcome: 'failed',
  signedBy: null,
  version: null,
  platforms: [{ os: 'linux', arch: 'amd64', outcome: 'not-attempted' }],
  error: { code: 'ProviderNotFound', origin: 'user', message: 'There is no such provider.' },
});

describe('the result of a run', () => {
  const wide = { columns: 80, color: false };

  it('shows a plan with its steps in order', () => {
    const text = RUN_RESULT.whole(resultOf([provider({ outcome: 'publish' })]), wide);
    expect(text).toBe(
      [
        'PROVIDER       REQUESTED  VERSION  OUTCOME     PACKAGES  SIGNED BY',
        `hashicorp/aws  ~> 5.0     5.100.0  to publish         1  ${KEY_ID}`,
        '',
        'hashicorp/aws 5.100.0',
        '  1. create provider',
        '  2. upload package linux_amd64',
        '',
        '1 provider: 1 to publish in 1.2 s.',
      ].join('\n'),
    );
  });

  it('shows the whole address of a provider from another registry', () => {
    const address = 'registry.opentofu.org/hashicorp/aws';
    expect(RUN_RESULT.whole(resultOf([provider({ address })]), { columns: 200, color: false })).toContain(
      address,
    );
  });

  it('fits 80 columns with an address of any length', () => {
    const address = 'registry.some-long-company-name.example.com/hashicorp/very-long-provider-name';
    const requested = '>= 5.80.0, < 6.0.0, != 5.90.0';
    const text = RUN_RESULT.whole(resultOf([provider({ address, requested })]), wide);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain(KEY_ID);
  });

  it('shows no steps after a sync, but its errors and remarks', () => {
    const remarks = ['The key expired on 2026-04-18.'];
    const text = RUN_RESULT.whole(resultOf([provider({ remarks }), failed]), wide);
    expect(text).not.toContain('create provider');
    expect(text).toContain('Note: The key expired on 2026-04-18.');
    expect(text).toContain('  ProviderNotFound: There is no such provider.');
    expect(text).toContain('0 of 1');
    expect(text).toContain('2 providers: 1 published, 1 failed in 1.2 s.');
  });

  it('says once, not for every provider, that it was stopped', () => {
    const error = { code: 'Interrupted', origin: 'system', message: 'Stopped by SIGINT.' } as const;
    const stopped = provider({ outcome: 'stopped', error });
    const text = RUN_RESULT.whole(resultOf([stopped, stopped, provider({})]), wide);
    expect(text).toContain('Stopped with 2 providers not done. The same command goes on from there.');
    expect(text).not.toContain('Interrupted');
    expect(text).toMatch(/^hashicorp\/aws .* stopped /m);
    expect(text).not.toContain('failed');
    expect(text).toContain('3 providers: 1 published, 2 stopped in 1.2 s.');
  });

  it('says once what every provider met: that the token is rejected', () => {
    const error = { code: 'TokenRejected', origin: 'user', message: 'The token is not accepted.' } as const;
    const refused = provider({ outcome: 'failed', error });
    const text = RUN_RESULT.whole(resultOf([refused, refused, refused]), wide);
    expect(text.match(/The token is not accepted/g)).toHaveLength(1);
    expect(text).toContain('3 providers could not be looked at there for it.');
    expect(RUN_RESULT.failures(resultOf([refused, refused]), wide).match(/not accepted/g)).toHaveLength(1);
  });

  it.each([60, 70, 80])('fits %d columns, whatever it has to say, and loses nothing', (columns) => {
    const address = 'registry.some-long-company-name.example.com/hashicorp/very-long-provider-name';
    const requested = '>= 5.80.0, < 6.0.0, != 5.90.0';
    const destinations = (['complete', 'up-to-date'] as const).map((outcome, index) => ({
      name: ['production', 'laptop-mirror'][index] ?? '',
      kind: 'network-mirror' as const,
      outcome,
      platforms: provider({}).platforms,
      steps: [],
    }));
    for (const more of [{}, { destinations }]) {
      const planned = provider({ address, requested, outcome: 'complete', ...more });
      const text = RUN_RESULT.whole(resultOf([planned, provider({})]), { columns, color: false });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
      expect(text.replaceAll(/\s+/g, ' ')).toContain(requested.slice(0, 10));
      expect(text).toContain(KEY_ID);
    }
  });

  it('leaves only failures when quiet', () => {
    expect(RUN_RESULT.failures(resultOf([provider({}), failed]), wide).trim()).toBe(
      ['hashicorp/aws', '  ProviderNotFound: There is no such provider.'].join('\n'),
    );
    expect(RUN_RESULT.failures(resultOf([provider({})]), wide)).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import {
  type BottlesNotice,
  isNews,
  renderBottles,
  renderBottlesFailure,
} from '../../../src/domain/notification/render-bottles.ts';

const NOTICE: BottlesNotice = {
  outcome: 'published',
  destination: 's3://acme-homebrew/brew',
  snapshot: '2026-11-22',
  current: '2026-11-22',
  bottles: 40,
  fetched: 3,
  bytes: 12_345_678,
  missing: [],
};
const lacking = (formula: string, allowed = false) => ({
  formula,
  reason: `${formula} has no bottle`,
  allowed,
});

describe('what people are told of a sync of bottles', () => {
  it('is what was published, and where', () => {
    expect(renderBottles({ ...NOTICE, missing: [lacking('git', true)], where: ['Log: x'] })).toEqual({
      subject: 'Bottles published: 2026-11-22 at s3://acme-homebrew/brew',
      body: [
        'Everything that the config asks for was proved and is there.',
        [
          'Mirror:    s3://acme-homebrew/brew',
          'Clients:   see 2026-11-22',
          'Bottles:   40, of which 3 were fetched (13 MB)',
          'Without:   git, as allowed',
        ].join('\n'),
        'Log: x',
      ].join('\n\n'),
    });
  });

  it('is what keeps the new API from clients: the formulae by name, each with the reason', () => {
    const missing = Array.from({ length: 23 }, (_, index) => lacking(`f${index}`));
    const { subject, body } = renderBottles({
      ...NOTICE,
      outcome: 'incomplete',
      snapshot: null,
      current: '2026-11-21',
      missing: [...missing, lacking('git', true)],
    });
    expect(subject).toMatch(/^Bottles not published: 23 formulae are incomplete \(f0, f1, /);
    expect(subject.length).toBeLessThan(100);
    expect(body).toContain('Clients:   see 2026-11-21');
    expect(body).toContain('- f19\n  f19 has no bottle');
    expect(body).not.toContain('- f20');
    expect(body).toContain('- … and 3 more');
    expect(body).not.toContain('- git');
  });

  it('is why a sync broke off, and what to try', () => {
    const error = {
      name: 'UpstreamUnavailable',
      code: 'UpstreamUnavailable' as const,
      message: 'ghcr.io: 503.',
    };
    const { subject, body } = renderBottlesFailure({ error, destination: 's3://acme-homebrew/brew' });
    expect(subject).toBe('Sync of bottles failed (UpstreamUnavailable)');
    for (const part of [
      'Clients see what they saw',
      'Mirror:    s3://',
      'ghcr.io: 503.',
      'What to try: Nothing needs',
    ])
      expect(body).toContain(part);
  });

  it('is why a cleanup broke off, and that clients are not the worse for it', () => {
    const error = {
      name: 'CleanupFailed',
      code: 'CleanupFailed' as const,
      message: '1 of 3 files could not be deleted.',
    };
    const { subject, body } = renderBottlesFailure({
      work: 'cleanup',
      error,
      destination: 's3://acme-homebrew/brew',
    });
    expect(subject).toBe('Cleanup of bottles failed (CleanupFailed)');
    expect(body).toContain('What clients see, and every snapshot that is kept, stays whole.');
    expect(body).not.toContain('sync of bottles');
  });

  it.each([
    ['published', 3, true],
    ['published', 0, true],
    ['incomplete', 0, true],
    ['held', 2, true],
    ['held', 0, false],
    ['up-to-date', 0, false],
  ] as const)('is news when %s with %i fetched: %s', (outcome, fetched, news) => {
    expect(isNews({ outcome, fetched })).toBe(news);
  });
});

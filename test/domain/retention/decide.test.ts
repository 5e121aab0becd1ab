import { describe, expect, it } from 'vitest';
import type { RetentionDecision } from '../../../src/domain/retention/reasons.ts';
import { constraint, daysAgo, decide, deletedOf, exactly, LATEST, listed, within } from './listings.ts';

const verdictOn = (decisions: readonly RetentionDecision[], text: string): string => {
  const found = decisions.find((decision) => decision.version === text);
  return found ? `${found.action} ${found.reason}: ${found.detail}` : 'no decision';
};

describe('the reasons of retention', () => {
  const policy = { keep: 2, keepMajors: 2, minimumAgeDays: 30, incompleteOlderThanDays: 20 };
  const decisions = decide(
    [
      listed('0.1.0'),
      listed('1.0.0'),
      listed('1.1.0'),
      listed('1.2.0', { createdAt: daysAgo(29) }),
      listed('1.3.0', { createdAt: undefined }),
      listed('1.4.0'),
      listed('2.0.0-rc1'),
      listed('2.0.0'),
      listed('2.1.0'),
      listed('2.2.0'),
      listed('3.0.0-beta1'),
      listed('3.0.0-beta2'),
      listed('3.0.0-beta3'),
      listed('4.0.0', { shasumsUploaded: false }),
      listed('4.1.0', { platformCount: 0, createdAt: daysAgo(19) }),
      listed('nightly'),
    ],
    {
      policy: { ...policy, minimumAgeDays: 30 },
      requested: [exactly('1.0.0')],
      retain: [constraint('< 1')],
    },
  );

  it.each([
    ['0.1.0', "keep retained: on the config's retain list (< 1)"],
    ['1.0.0', 'keep requested: the config asks for it (1.0.0)'],
    ['1.1.0', 'delete beyond-newest-stable: older than the 2 newest stable versions'],
    ['1.2.0', 'keep younger-than-minimum-age: younger than 30 days'],
    ['1.3.0', 'keep creation-date-unknown: the registry does not say when it was created'],
    ['1.4.0', 'keep newest-of-major: the newest stable version of major 1'],
    ['2.0.0-rc1', 'delete superseded-prerelease: a prerelease older than the newest stable version 2.2.0'],
    ['2.0.0', 'delete beyond-newest-stable: older than the 2 newest stable versions'],
    ['2.1.0', 'keep among-newest-stable: one of the 2 newest stable versions'],
    ['2.2.0', 'keep newest-stable: the newest stable version'],
    ['3.0.0-beta1', 'delete beyond-newest-prereleases: older than the 2 newest prereleases'],
    ['3.0.0-beta2', 'keep among-newest-prereleases: one of the 2 newest prereleases'],
    ['4.0.0', 'delete incomplete-too-long: release files still missing after 20 days'],
    ['4.1.0', 'keep younger-than-minimum-age: younger than 30 days'],
    ['nightly', 'keep unreadable: Terraform cannot read it as a version'],
  ])('%s: %s', (text, verdict) => {
    expect(verdictOn(decisions, text)).toBe(verdict);
  });

  it('come newest version first, unreadable ones last', () => {
    const mixed = decide(['1.0', '0.9.0', 'z', '1.0.0', '1.10.0', 'a', '1.0.0-rc1', '1.9.0']);
    expect(mixed.map((decision) => decision.version)).toEqual([
      '1.10.0',
      '1.9.0',
      '1.0',
      '1.0.0',
      '1.0.0-rc1',
      '0.9.0',
      'a',
      'z',
    ]);
  });

  it('say which prereleases fill places that stable versions leave', () => {
    const filling = decide(['1.0.0-rc1', '1.0.0-rc2', '1.0.0'], { policy: { keep: 2 } });
    expect(verdictOn(filling, '1.0.0-rc2')).toBe(
      'keep fills-up: fewer than 2 stable versions, so this prerelease fills a place',
    );
    expect(verdictOn(filling, '1.0.0-rc1')).toContain('delete superseded-prerelease');
  });

  it('speak of one version and one day in the singular', () => {
    const prereleases = decide(['1.0.0-rc1', '1.0.0-rc2'], { policy: { keep: 1 } });
    expect(verdictOn(prereleases, '1.0.0-rc2')).toContain('one of the newest prerelease');
    const single = { keep: 1, minimumAgeDays: 1, incompleteOlderThanDays: 1 };
    const young = decide(['2.0.0', listed('1.0.0', { createdAt: daysAgo(0.5) }), '0.1.0'], {
      policy: single,
    });
    expect(verdictOn(young, '1.0.0')).toMatch(/younger than 1 day$/);
    expect(verdictOn(young, '0.1.0')).toMatch(/older than the newest stable version$/);
  });
});

describe('what the config asks for', () => {
  it('stays under every request that is made', () => {
    const requested = [exactly('1.0.0'), within('~> 2.0'), within('< 2'), exactly('9.9.9'), LATEST];
    const decisions = decide(['1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.1.0', '3.0.0'], {
      policy: { keep: 1 },
      requested,
    });
    expect(deletedOf(decisions)).toEqual(['2.0.0', '1.1.0']);
    expect(verdictOn(decisions, '2.1.0')).toBe('keep requested: the config asks for it (~> 2.0)');
    expect(verdictOn(decisions, '3.0.0')).toBe('keep requested: the config asks for it (latest)');
  });

  it('is told by the first request for it', () => {
    const decisions = decide(['1.0.0'], { requested: [within('~> 1.0'), LATEST] });
    expect(verdictOn(decisions, '1.0.0')).toBe('keep requested: the config asks for it (~> 1.0)');
  });

  it('stays while it is incomplete, and so does the newest complete version the request allows', () => {
    const versions = ['1.0.0', '1.1.0', listed('1.2.0', { shasumsSignatureUploaded: false }), '2.0.0'];
    const policy = { keep: 1, incompleteOlderThanDays: 1 };
    expect(deletedOf(decide(versions, { policy, requested: [within('~> 1.0')] }))).toEqual(['1.0.0']);
    expect(deletedOf(decide(versions, { policy, requested: [exactly('1.2.0')] }))).toEqual([
      '1.1.0',
      '1.0.0',
    ]);
  });

  it('is a prerelease only when it is named exactly', () => {
    const versions = ['1.0.0-rc1', '1.0.0', '1.1.0-rc1', '2.0.0'];
    const policy = { keep: 1 };
    expect(deletedOf(decide(versions, { policy, requested: [within('< 2, != 1.0.0')] }))).toContain(
      '1.1.0-rc1',
    );
    expect(deletedOf(decide(versions, { policy, requested: [exactly('1.1.0-rc1')] }))).not.toContain(
      '1.1.0-rc1',
    );
  });
});

describe('one version under several texts', () => {
  it('takes one place, and both texts stay or both go', () => {
    const versions = ['1.0', '1.0.0', '1.1', '1.1.0', '1.2.0'];
    expect(deletedOf(decide(versions, { policy: { keep: 2 } }))).toEqual(['1.0', '1.0.0']);
  });

  it('is as young as the younger of the two, and of unknown age when one is', () => {
    const policy = { keep: 1, minimumAgeDays: 30 };
    const young = [listed('1.0', { createdAt: daysAgo(1) }), listed('1.0.0'), '2.0.0'];
    expect(deletedOf(decide(young, { policy }))).toEqual([]);
    const unknown = [listed('1.0', { createdAt: undefined }), listed('1.0.0'), '2.0.0'];
    expect(deletedOf(decide(unknown, { policy }))).toEqual([]);
  });

  it('is complete when one of them is', () => {
    const versions = [listed('1.0', { shasumsUploaded: false }), listed('1.0.0'), listed('0.9.0')];
    expect(deletedOf(decide(versions, { policy: { keep: 1, incompleteOlderThanDays: 1 } }))).toEqual([
      '0.9.0',
    ]);
  });
});

describe('incomplete versions', () => {
  const complete = listed('1.0.0');
  const policy = { keep: 1, incompleteOlderThanDays: 30 };

  it.each([
    ['without SHA256SUMS', { shasumsUploaded: false }],
    ['without its signature', { shasumsSignatureUploaded: false }],
    ['without a platform', { platformCount: 0 }],
  ])('(%s) take no place among the newest', (_, missing) => {
    const versions = [complete, listed('2.0.0', missing)];
    expect(deletedOf(decide(versions, { policy: { keep: 1 } }))).toEqual([]);
    expect(deletedOf(decide(versions, { policy }))).toEqual(['2.0.0']);
  });

  it('are not those whose number of platforms is unknown', () => {
    const versions = [complete, listed('2.0.0', { platformCount: undefined })];
    expect(deletedOf(decide(versions, { policy }))).toEqual(['1.0.0']);
  });

  it('stay while they are no older than the limit, or of unknown age', () => {
    const missing = { shasumsUploaded: false };
    const versions = [
      complete,
      listed('2.0.0', { ...missing, createdAt: daysAgo(30) }),
      listed('3.0.0', { ...missing, createdAt: daysAgo(30.001) }),
      listed('4.0.0', { ...missing, createdAt: undefined }),
    ];
    const decisions = decide(versions, { policy });
    expect(deletedOf(decisions)).toEqual(['3.0.0']);
    expect(verdictOn(decisions, '2.0.0')).toBe(
      'keep incomplete: release files are missing, but not for more than 30 days',
    );
    expect(verdictOn(decisions, '4.0.0')).toContain('keep creation-date-unknown');
    expect(verdictOn(decide(versions), '3.0.0')).toBe(
      'keep incomplete: release files are missing, and removing such versions is off',
    );
  });
});

describe('whatever N says', () => {
  it('the newest stable version stays', () => {
    expect(deletedOf(decide(['1.0.0', '2.0.0', '3.0.0-rc1'], { policy: { keep: 0 } }))).toEqual([
      '3.0.0-rc1',
      '1.0.0',
    ]);
  });

  it('a version from the future is young, and a date that is none is unknown', () => {
    const policy = { keep: 1, minimumAgeDays: 1 };
    const versions = [
      listed('1.0.0', { createdAt: daysAgo(-5) }),
      listed('1.1.0', { createdAt: new Date(Number.NaN) }),
      listed('1.2.0'),
      listed('1.3.0'),
    ];
    expect(deletedOf(decide(versions, { policy }))).toEqual(['1.2.0']);
  });

  it('an empty listing gives no decision', () => {
    expect(decide([])).toEqual([]);
  });
});

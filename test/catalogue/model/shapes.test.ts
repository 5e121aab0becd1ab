import { describe, expect, it } from 'vitest';
import { platformColumns, platformMatrix, sortPlatforms } from '../../../src/catalogue/model/platforms.ts';
import { axisWords, behindPlot, bytesPlot, holdsPlot, runsPlot } from '../../../src/catalogue/model/plots.ts';
import { timelineOf } from '../../../src/catalogue/model/timeline.ts';
import { admissionWords, checkWords, holdWords, outcomeWords } from '../../../src/catalogue/model/words.ts';
import type { Plots } from '../../../src/domain/catalogue/form/plots.ts';
import { CATALOGUE_FORMAT } from '../../../src/domain/catalogue/form/pointer.ts';
import type { VersionDetail } from '../../../src/domain/catalogue/form/provider.ts';
import { BARE_VERSION } from '../../support/catalogue/bare-version.ts';

const version = (change: Partial<VersionDetail>): VersionDetail => ({ ...BARE_VERSION, ...change });

describe('the time line', () => {
  const times = (published: string, delivered: string | null = null) => ({
    published,
    seen: null,
    admitted: null,
    delivered,
  });

  it('puts each step where it belongs between the first and the last', () => {
    const line = timelineOf([
      version({ version: '1.1.0', times: times('2026-01-21T00:00:00Z', '2026-01-31T00:00:00Z') }),
      version({ version: '1.0.0', times: times('2026-01-11T00:00:00Z', '2026-01-16T00:00:00Z') }),
      version({ version: '0.9.0' }),
    ]);
    expect(line?.steps).toEqual(['published', 'delivered']);
    expect(line?.versions.map((each) => [each.version, each.marks.map(({ at }) => at)])).toEqual([
      ['1.1.0', [0.5, 1]],
      ['1.0.0', [0, 0.25]],
    ]);
  });

  it('is none where no time is known, and takes no nonsense for one', () => {
    expect(timelineOf([version({}), version({ times: times('soon') })])).toBeUndefined();
  });

  it('puts what happened at once at its beginning', () => {
    const line = timelineOf([version({ times: times('2026-01-21T00:00:00Z') })]);
    expect(line?.versions[0]?.marks[0]?.at).toBe(0);
  });

  it.each([
    ['2026-01-01T06:00:00Z', '2026-01-11T00:00:00Z', ['3 Jan', '5 Jan', '7 Jan', '9 Jan', '11 Jan']],
    [
      '2026-01-15T00:00:00Z',
      '2026-06-20T00:00:00Z',
      ['Feb 2026', 'Mar 2026', 'Apr 2026', 'May 2026', 'Jun 2026'],
    ],
    ['2023-05-15T00:00:00Z', '2026-06-20T00:00:00Z', ['2024', '2025', '2026']],
  ])('from %s to %s has a few marks', (from, to, labels) => {
    const ticks = timelineOf([version({ times: times(from, to) })])?.ticks ?? [];
    expect(ticks.map(({ label }) => label)).toEqual(labels);
    expect(ticks.every(({ at }) => at >= 0 && at <= 1)).toBe(true);
  });
});

describe('platforms', () => {
  it('stand in the order in which people look for them', () => {
    const mixed = [
      'windows_amd64',
      'freebsd_arm',
      'linux_arm64',
      'darwin_arm64',
      'linux_amd64',
      'plan9_mips',
      'linux_386',
    ];
    expect(sortPlatforms(mixed)).toEqual([
      'linux_amd64',
      'linux_arm64',
      'linux_386',
      'darwin_arm64',
      'windows_amd64',
      'freebsd_arm',
      'plan9_mips',
    ]);
  });

  it('by versions say where a platform is, and where alone', () => {
    const at = [0, 1].map((destination) => ({
      destination,
      complete: true,
      since: null,
      confirmed: null,
      differences: [],
    }));
    const pack = (platform: string, destinations: readonly number[]) => ({
      platform,
      sha256: null,
      h1: null,
      bytes: null,
      destinations,
    });
    const matrix = platformMatrix(
      [
        version({ version: '2.0.0', at, packages: [pack('linux_amd64', [0, 1]), pack('darwin_arm64', [1])] }),
        version({ version: '1.0.0', at: at.slice(0, 1), packages: [pack('linux_amd64', [0])] }),
      ],
      ['registry', 'mirror'],
    );
    expect(matrix.platforms).toEqual(['linux_amd64', 'darwin_arm64']);
    expect(matrix.rows.map(({ cells }) => cells.map(({ words }) => words))).toEqual([
      ['here', 'only at mirror'],
      ['here', 'not here'],
    ]);
  });

  it('as columns are the most used ones, by system', () => {
    const uses = new Map([
      ['linux_amd64', 9],
      ['darwin_arm64', 5],
      ['windows_386', 1],
      ['linux_arm64', 7],
    ]);
    expect(platformColumns([...uses.keys()], uses, 3)).toEqual([
      {
        os: 'linux',
        columns: [
          { platform: 'linux_amd64', arch: 'amd64' },
          { platform: 'linux_arm64', arch: 'arm64' },
        ],
      },
      { os: 'darwin', columns: [{ platform: 'darwin_arm64', arch: 'arm64' }] },
    ]);
  });
});

describe('plots', () => {
  const plots = (change: Partial<Plots>): Plots => ({
    format: CATALOGUE_FORMAT,
    made: { at: '2026-11-20T06:00:00.000Z', run: null, by: '1.0.0', generation: 'g' },
    behind: [],
    bytes: [],
    runs: [],
    holds: [],
    ...change,
  });
  const AWS = 'registry.terraform.io/hashicorp/aws';

  it('say in a sentence what is to be seen', () => {
    expect(behindPlot(plots({ behind: [{ address: AWS, versions: 3, days: 12.4 }] })).summary).toBe(
      `1 provider is behind upstream, ${AWS} the furthest: 12 days, 3 versions.`,
    );
    expect(behindPlot(plots({ behind: [{ address: AWS, versions: 0, days: null }] })).summary).toContain(
      'Every provider here is at upstream’s newest version',
    );
    expect(bytesPlot(plots({ bytes: [{ address: AWS, bytes: 2_000_000 }] })).summary).toBe(
      `2.0 MB are stored for 1 provider; ${AWS} takes the most, 2.0 MB.`,
    );
    const run = { at: '2026-11-20T06:00:00Z', durationMs: 4000, bytes: 0, ok: true };
    expect(runsPlot(plots({ runs: [run, { ...run, ok: false }] })).summary).toBe(
      '2 runs from 20 Nov 2026 to 20 Nov 2026; 1 failed.',
    );
    const hold = { address: AWS, version: '6.0.0', since: '2026-11-20T06:00:00Z', hours: 80, open: false };
    expect(holdsPlot(plots({ holds: [hold, { ...hold, open: true }] })).summary).toBe(
      'Half of the versions waited 3.3 days or less; 1 version still waits.',
    );
  });

  it.each([behindPlot, bytesPlot, runsPlot, holdsPlot])(
    'say so where there is nothing to see: %o',
    (plot) => {
      const { summary, bars, rows } = plot(plots({}));
      expect(summary).toMatch(/\.$/);
      expect([bars, rows]).toEqual([[], []]);
    },
  );

  it.each([null, 0.2])('count versions where days say nothing: %s', (days) => {
    const { unit, bars } = behindPlot(plots({ behind: [{ address: AWS, versions: 3, days }] }));
    expect(unit).toBe('versions');
    expect(bars).toMatchObject([{ label: 'hashicorp/aws', value: 3 }]);
  });

  it('show as many as can be told apart, and have all as numbers', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      address: `${AWS}${index}`,
      bytes: 300 - index,
    }));
    const { bars, rows, head } = bytesPlot(plots({ bytes: many }));
    expect(bars).toHaveLength(20);
    expect(rows).toHaveLength(300);
    expect(rows.every((cells) => cells.length === head.length)).toBe(true);
  });

  it('mark what failed and what still waits', () => {
    const run = { at: '2026-11-20T06:00:00Z', durationMs: 4000, bytes: 0 };
    const { bars } = runsPlot(
      plots({
        runs: [
          { ...run, ok: true },
          { ...run, ok: false },
        ],
      }),
    );
    expect(bars.map(({ marked }) => marked)).toEqual([false, true]);
  });

  it.each([
    ['bytes', 2e9, '2.0 GB'],
    ['hours', 12, '12 h'],
    ['hours', 72, '3 d'],
    ['seconds', 90, '90 s'],
    ['seconds', 180, '3 min'],
    ['days', 30, '30 d'],
    ['versions', 4, '4'],
  ] as const)('have %s on the axis: %s', (unit, value, words) => {
    expect(axisWords(unit, value)).toBe(words);
  });
});

describe('words', () => {
  it.each([
    [['approval'], 'waits for a person’s approval'],
    [['approval', 'minimum-age'], 'waits for a person’s approval and is not old enough yet'],
    [['a-rule-of-tomorrow'], 'a-rule-of-tomorrow'],
  ])('for the rules %j', (rules, words) => {
    expect(holdWords(rules)).toBe(words);
  });

  it.each([
    [{ published: 2, 'up-to-date': 3, failed: 1 }, '1 failed, 2 published and 3 up-to-date'],
    [{ published: 0 }, 'nothing to do'],
    [{}, 'nothing to do'],
  ])('for the outcomes %j', (outcomes, words) => {
    expect(outcomeWords(outcomes)).toBe(words);
  });

  it('leave what they do not know as it is', () => {
    expect(admissionWords('toString')).toBe('toString');
    expect(checkWords('constructor')).toBe('constructor');
  });
});

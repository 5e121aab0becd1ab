import { describe, expect, it } from 'vitest';
import type { ProviderState } from '../../../src/domain/catalogue/form/overview.ts';
import { ADDRESS, day, described, here, type Known, policyOf, sighted, told, week } from './described.ts';

describe('what holds a version up', () => {
  it('is told with its end and the command that lets it in', () => {
    const { detail } = described({
      policy: week(),
      happened: [sighted('1.1.0', 5), told(6, 'version.held', { version: '1.1.0', rules: ['minimum-age'] })],
    });
    expect(detail.versions[0]?.hold).toEqual({
      rules: ['minimum-age'],
      since: day(6),
      until: day(12),
      command: `provider-sync approve ${ADDRESS} 1.1.0 --reason "…"`,
    });
  });

  it('has no command for a release that the ledger has not seen', () => {
    const { detail } = described({
      policy: policyOf({ requireApproval: 'all' }),
      happened: [told(6, 'version.held', { version: '1.1.0', rules: ['approval'] })],
    });
    expect(detail.versions[0]?.hold).toMatchObject({ rules: ['approval'], until: null, command: null });
  });
});

describe('a provider in the overview', () => {
  it.each<
    Known & {
      readonly what: string;
      readonly row: {
        readonly newest: string | null;
        readonly behind: number | null;
        readonly upstream: string | null;
        readonly states: readonly ProviderState[];
      };
    }
  >([
    {
      what: 'is level with upstream',
      held: [[here('1.0.0')], [here('1.1.0')]],
      upstream: ['1.0.0', '1.1.0', '2.0.0-beta1'],
      row: { newest: '1.1.0', behind: 0, upstream: '1.1.0', states: ['available'] },
    },
    {
      what: 'is behind by what is newer and stable',
      held: [[here('1.1.0')], []],
      upstream: ['1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.0.0-beta1'],
      row: { newest: '1.1.0', behind: 2, upstream: '2.0.0', states: ['behind', 'available'] },
    },
    {
      what: 'does not know what upstream has',
      held: [[here('1.1.0')], []],
      row: { newest: '1.1.0', behind: null, upstream: null, states: ['available'] },
    },
    {
      what: 'has nothing yet',
      upstream: ['1.0.0'],
      row: { newest: null, behind: 1, upstream: '1.0.0', states: ['behind'] },
    },
    {
      what: 'has what cannot be read as a version beside what can',
      held: [[here('1.0.0'), here('latest')], []],
      row: { newest: '1.0.0', behind: null, upstream: null, states: ['available'] },
    },
  ])('$what', ({ row, ...known }) => {
    expect(described(known).summary).toMatchObject(row);
  });

  it('adds up what is stored, at every destination that has it', () => {
    const { summary } = described({ held: [[here('1.0.0')], [here('1.0.0'), here('0.9.0')]] });
    expect(summary).toMatchObject({
      bytes: 30,
      destinations: [0, 1],
      platforms: ['linux_amd64'],
      versions: 2,
    });
  });

  it('takes sizes from the ledger where the destination tells digests alone', () => {
    const packages = [{ platform: 'linux_amd64', sha256: 'c'.repeat(64) }];
    const { detail, summary } = described({
      held: [[here('1.0.0', { packages })], []],
      happened: [
        told(5, 'package.transferred', {
          version: '1.0.0',
          destination: 'registry',
          platform: 'linux_amd64',
          bytes: 77,
          sha256: 'c'.repeat(64),
          day: '2026-08-05',
        }),
      ],
    });
    expect(detail.versions[0]?.packages).toMatchObject([{ bytes: 77, h1: null }]);
    expect(summary.bytes).toBe(77);
  });

  it('knows since when it is behind, by what the ledger saw of newer versions', () => {
    const { summary } = described({
      held: [[here('1.0.0')], []],
      upstream: ['1.0.0', '1.1.0', '1.2.0'],
      happened: [sighted('1.1.0', 4, day(2)), sighted('1.2.0', 6)],
    });
    expect(summary.behindSince).toBe(day(2));
  });
});

describe('differences between destinations', () => {
  const linux = { platform: 'linux_amd64', sha256: 'b'.repeat(64) };
  const other = { platform: 'linux_amd64', sha256: 'c'.repeat(64) };
  const mac = { platform: 'darwin_arm64', sha256: 'd'.repeat(64) };

  it.each([
    { at: [[linux], [linux]], says: [[], []] },
    { at: [[linux], [linux, mac]], says: [['darwin_arm64 is not here; mirror has it.'], []] },
    {
      at: [[linux], [other]],
      says: [
        [`linux_amd64 has other bytes here (${'b'.repeat(64)}) than at mirror (${'c'.repeat(64)}).`],
        [`linux_amd64 has other bytes here (${'c'.repeat(64)}) than at registry (${'b'.repeat(64)}).`],
      ],
    },
    { at: [[linux], undefined], says: [[], []] },
  ])('are $says', ({ at, says }) => {
    const held = at.map((packages) => [
      packages === undefined
        ? { version: '1.0.0', complete: true }
        : { version: '1.0.0', complete: true, packages },
    ]);
    const [version] = described({ held }).detail.versions;
    expect(version?.at.map(({ differences }) => differences)).toEqual(says);
  });

  it('keep other bytes apart as packages', () => {
    const held = [[linux], [other]].map((packages) => [{ version: '1.0.0', complete: true, packages }]);
    const [version] = described({ held }).detail.versions;
    expect(version?.packages.map(({ sha256, destinations }) => [sha256, destinations])).toEqual([
      [linux.sha256, [0]],
      [other.sha256, [1]],
    ]);
  });
});

describe('texts from outside', () => {
  it('are shown without what steers a reader’s screen, and cut', () => {
    const { detail } = described({
      held: [
        [
          here('1.0.0', {
            signer: {
              keyId: 'AB',
              fingerprint: null,
              userIds: ['<script>alert(1)</script> \u{202e}gnp.exe\u{0}', 'x'.repeat(10_000)],
            },
          }),
        ],
        [],
      ],
    });
    expect(detail.versions[0]?.signer?.userIds).toEqual([
      '<script>alert(1)</script> \u{fffd}gnp.exe\u{fffd}',
      `${'x'.repeat(2000)}…`,
    ]);
  });
});

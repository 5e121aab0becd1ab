import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { type AdmissionPolicy, parseDuration } from '../../../src/domain/admission/policy.ts';
import { readRecord } from '../../../src/domain/admission/record.ts';
import { describeProvider } from '../../../src/domain/catalogue/describe-provider.ts';
import type { ProviderFacts } from '../../../src/domain/catalogue/facts.ts';
import type { ProviderState, VersionState } from '../../../src/domain/catalogue/form/overview.ts';
import type { HeldVersion } from '../../../src/domain/catalogue/held.ts';
import { envelopeOf } from '../../../src/domain/events/envelope.ts';
import type { EventData, EventName } from '../../../src/domain/events/types/schema.ts';
import type { LedgerEntry } from '../../../src/domain/ledger/entry.ts';
import { LATEST } from '../../../src/domain/provider/requested-version.ts';

const NOW = new Date('2026-08-10T12:00:00.000Z');
const ADDRESS = 'registry.terraform.io/acme/anvil';
const ORIGINAL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
const DIGEST = 'a'.repeat(64);
const day = (ofAugust: number) => `2026-08-${String(ofAugust).padStart(2, '0')}T12:00:00.000Z`;

interface Told<N extends EventName = EventName> {
  readonly on: number;
  readonly name: N;
  readonly data: EventData<N>;
}

function told<N extends EventName>(on: number, name: N, data: EventData<N>): Told {
  return { on, name, data };
}

function entriesOf(happened: readonly Told[]): readonly LedgerEntry[] {
  return happened.map(({ on, name, data }, index) => {
    const event = envelopeOf(hashText, { name, subject: ADDRESS, data }, new Date(day(on)));
    return {
      stream: ADDRESS,
      seq: index + 1,
      previous: '',
      hash: '',
      event: { ...event, received: day(on) },
    };
  });
}

const sighted = (version: string, on: number, publishedAt?: string) =>
  told(on, 'version.sighted', {
    version,
    shasums: DIGEST,
    ...(publishedAt === undefined ? {} : { publishedAt }),
  });
const admitted = (version: string, on: number) =>
  told(on, 'version.admitted', { version, shasums: DIGEST, rule: 'old-enough' });
const approved = (version: string, on: number) =>
  told(on, 'version.approved', { version, shasums: DIGEST, by: 'jane', reason: 'read it', number: 1 });
const delivered = (version: string, on: number, destination = 'registry') =>
  told(on, 'version.delivered', {
    version,
    destination,
    how: 'published',
    signedBy: '34365D9472D7468F',
    bytes: 3,
    day: day(on).slice(0, 10),
  });
const recalled = (versions: string, on: number) =>
  told(on, 'versions.recalled', { versions, by: 'sam', reason: 'leaks', delete: false, number: 1 });

const SOUND: Omit<HeldVersion, 'version'> = {
  complete: true,
  packages: [{ platform: 'linux_amd64', sha256: 'b'.repeat(64), h1: 'h1:x', size: 10 }],
};
const here = (version: string, more: Partial<HeldVersion> = {}): HeldVersion => ({
  version,
  ...SOUND,
  ...more,
});

function policyOf(more: Partial<AdmissionPolicy>): AdmissionPolicy {
  return {
    minimumAge: undefined,
    minimumAgeExempt: [],
    requireApproval: undefined,
    recalled: [],
    allowedHostnames: undefined,
    allowedNamespaces: undefined,
    ...more,
  };
}

function week(): AdmissionPolicy {
  const read = parseDuration('7d');
  if (!('duration' in read)) throw new Error('7d is a duration');
  return policyOf({ minimumAge: read.duration });
}

interface Known extends Partial<Omit<ProviderFacts, 'ledger'>> {
  readonly happened?: readonly Told[];
}

function described({ happened, ...known }: Known) {
  const entries = happened && entriesOf(happened);
  const facts: ProviderFacts = {
    address: ADDRESS,
    original: ORIGINAL,
    requested: [LATEST],
    policy: undefined,
    upstream: undefined,
    held: [[], []],
    missing: [],
    ...known,
    ledger: entries && { entries, record: readRecord(entries) },
  };
  return describeProvider(facts, { destinations: ['registry', 'mirror'], now: NOW, ledgerOption: '' });
}

describe('the states of a version', () => {
  it.each<Known & { readonly what: string; readonly states: readonly VersionState[] | undefined }>([
    { what: 'at a destination', held: [[here('1.0.0')], []], states: ['available'] },
    {
      what: 'of unknown wholeness',
      held: [[here('1.0.0', { complete: undefined })], []],
      states: ['available'],
    },
    {
      what: 'half at a destination',
      held: [[here('1.0.0', { complete: false })], []],
      states: ['incomplete'],
    },
    {
      what: 'half at one and whole at another',
      held: [[here('1.0.0', { complete: false })], [here('1.0.0')]],
      states: ['available'],
    },
    { what: 'nowhere', states: undefined },
    {
      what: 'at a destination and upstream',
      held: [[here('1.0.0')], []],
      upstream: ['1.0.0'],
      states: ['available'],
    },
    {
      what: 'no longer upstream',
      held: [[here('1.0.0')], []],
      upstream: ['1.1.0'],
      states: ['withdrawn', 'available'],
    },
    {
      what: 'no longer upstream, as the ledger has it',
      held: [[here('1.0.0')], []],
      happened: [told(2, 'version.gone-upstream', { version: '1.0.0' })],
      states: ['withdrawn', 'available'],
    },
    {
      what: 'back upstream, whatever the ledger has',
      held: [[here('1.0.0')], []],
      upstream: ['1.0.0'],
      happened: [told(2, 'version.gone-upstream', { version: '1.0.0' })],
      states: ['available'],
    },
    {
      what: 'of a private registry alone, whose origin nobody knows',
      original: undefined,
      held: [[here('1.0.0')], []],
      upstream: [],
      states: ['available'],
    },
    {
      what: 'seen and too young',
      policy: week(),
      happened: [sighted('1.0.0', 5)],
      states: ['held'],
    },
    {
      what: 'seen ahead, and not asked for',
      requested: [],
      policy: week(),
      happened: [sighted('1.0.0', 5)],
      states: undefined,
    },
    {
      what: 'seen, and old enough by now without having come',
      policy: week(),
      happened: [sighted('1.0.0', 1)],
      states: undefined,
    },
    {
      what: 'approved, on its way',
      policy: week(),
      happened: [sighted('1.0.0', 5), approved('1.0.0', 6)],
      states: ['admitted'],
    },
    {
      what: 'approved and here',
      policy: week(),
      held: [[here('1.0.0')], []],
      happened: [sighted('1.0.0', 5), approved('1.0.0', 6), admitted('1.0.0', 6), delivered('1.0.0', 6)],
      states: ['available'],
    },
    {
      what: 'waiting for a person',
      policy: policyOf({ requireApproval: 'all' }),
      happened: [told(5, 'version.held', { version: '1.0.0', rules: ['approval'] })],
      states: ['needs-approval'],
    },
    {
      what: 'waiting, and older than what is here',
      policy: policyOf({ requireApproval: 'all' }),
      held: [[here('2.0.0')], []],
      happened: [told(5, 'version.held', { version: '1.0.0', rules: ['approval'] })],
      states: undefined,
    },
    {
      what: 'recalled in the ledger and still here',
      held: [[here('1.0.0')], []],
      happened: [recalled('1.0.0', 6)],
      states: ['recalled', 'available'],
    },
    {
      what: 'recalled and taken out of the index',
      held: [[here('1.0.0', { complete: false })], []],
      happened: [delivered('1.0.0', 5), recalled('~> 1.0', 6)],
      states: ['recalled'],
    },
    {
      what: 'recalled and gone',
      happened: [delivered('1.0.0', 5), recalled('1.0.0', 6)],
      states: ['recalled'],
    },
    {
      what: 'recalled, and the recall taken back',
      held: [[here('1.0.0')], []],
      happened: [
        recalled('1.0.0', 6),
        told(7, 'versions.unrecalled', { versions: '1.0.0', by: 'sam', reason: 'it was fine', number: 1 }),
      ],
      states: ['available'],
    },
    {
      what: 'deleted by a cleanup',
      happened: [
        delivered('1.0.0', 5),
        told(6, 'version.deleted', {
          version: '1.0.0',
          destination: 'registry',
          reason: 'old',
          day: '2026-08-06',
        }),
      ],
      states: undefined,
    },
  ])('are $states for one $what', ({ states, ...known }) => {
    const { detail } = described(known);
    expect(detail.versions.find(({ version }) => version === '1.0.0')?.states).toEqual(states);
  });
});

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

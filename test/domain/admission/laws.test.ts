import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdmissionDecision, decideAdmission } from '../../../src/domain/admission/decide.ts';
import type { AdmissionPolicy } from '../../../src/domain/admission/policy.ts';
import { candidatesOf } from '../../../src/domain/admission/resolve.ts';
import { parseRequestedVersion } from '../../../src/domain/provider/requested-version.ts';
import { versionOf } from '../../support/sync-world.ts';
import { ANVIL, digestOf, moment, policyOf, recordOf } from './scenario.ts';

const days = fc.integer({ min: 0, max: 40 });
const versions = fc.constantFrom('0.9.0', '1.0.0', '1.1.0', '2.0.0', '2.0.0-beta');
const cuts = fc.constantFrom('a', 'b');

const policy = fc
  .record(
    {
      'minimum-age': days.map((count) => `${count}d`),
      'minimum-age-exempt': fc.constantFrom(['acme/*'], ['globex/*']),
      'require-approval': fc.constantFrom('never', 'major', 'minor', 'all'),
      recalled: fc.constantFrom([{ provider: 'acme/anvil', versions: '1.1.0', reason: 'bad' }]),
      'allowed-namespaces': fc.constantFrom(['acme'], ['globex']),
    },
    { requiredKeys: [] },
  )
  .map((json) => policyOf(JSON.stringify(json)));

/** What happened, in order of time. */
const history = fc
  .array(
    fc.record({
      day: days,
      what: fc.constantFrom('seen', 'seen', 'seen', 'approved', 'admitted', 'recalled', 'unrecalled'),
      version: versions,
      cut: cuts,
      published: fc.option(days),
    }),
    { maxLength: 10 },
  )
  .map((all) => all.toSorted((a, b) => a.day - b.day));

type Happened = typeof history extends fc.Arbitrary<infer T> ? T : never;

function textOf(events: Happened): string {
  return events
    .map(({ day, what, version, cut, published }) => {
      const recall = what === 'recalled' || what === 'unrecalled';
      const claim = what === 'seen' && published !== null ? ` published -${published}d` : '';
      return `+${day}d ${what} ${version}${recall ? '' : `#${cut}`}${claim}`;
    })
    .join('; ');
}

const asked = fc.record({ version: versions, cut: cuts, day: days });

function decide(
  given: AdmissionPolicy | undefined,
  events: Happened,
  { version, cut, day }: { readonly version: string; readonly cut: string; readonly day: number },
): AdmissionDecision {
  const candidate = { address: ANVIL, version: versionOf(version), digest: digestOf(cut) };
  return decideAdmission(given, recordOf(textOf(events)), candidate, moment(`+${day}d`));
}

const admits = ({ outcome }: AdmissionDecision) => outcome === 'admitted';

describe('the laws of admission', () => {
  it('admits still what it has admitted, as time passes', () => {
    fc.assert(
      fc.property(policy, history, asked, days, (given, events, question, later) => {
        if (!admits(decide(given, events, question))) return;
        expect(admits(decide(given, events, { ...question, day: question.day + later }))).toBe(true);
      }),
    );
  });

  it('admits for ever what was recorded as admitted, whatever the policy becomes, unless it is recalled', () => {
    fc.assert(
      fc.property(policy, history, asked, (given, events, question) => {
        const recorded = [...events, { ...question, day: 40, what: 'admitted', published: null }];
        const { outcome, reasons } = decide(given, recorded as Happened, question);
        const [{ rule }] = reasons;
        expect([outcome, rule]).toEqual(
          rule === 'recalled' || rule === 'source-not-allowed'
            ? ['refused', rule]
            : ['admitted', 'admitted-before'],
        );
      }),
    );
  });

  it('never admits more for a longer minimum age', () => {
    fc.assert(
      fc.property(policy, history, asked, days, days, (given, events, question, one, other) => {
        const [shorter, longer] = [Math.min(one, other), Math.max(one, other)];
        const aged = (count: number) =>
          given && {
            ...given,
            minimumAge: { text: `${count}d`, milliseconds: count * 86_400_000 },
          };
        const [fewer, more] = [aged(longer), aged(shorter)].map((each) =>
          admits(decide(each, events, question)),
        );
        expect(!fewer || more).toBe(true);
      }),
    );
  });

  it('admits nothing new by a clock that is set back', () => {
    fc.assert(
      fc.property(policy, history, asked, days, (given, events, question, back) => {
        const earlier = { ...question, day: Math.max(0, question.day - back) };
        const [before, now] = [earlier, question].map((each) => admits(decide(given, events, each)));
        expect(!before || now).toBe(true);
      }),
    );
  });

  it('keeps its word: what it holds until a time it admits at that time, and not before', () => {
    fc.assert(
      fc.property(policy, history, asked, (given, events, question) => {
        const { outcome, until, reasons } = decide(given, events, question);
        if (outcome !== 'held' || until === undefined) return;
        const unseen = reasons.some((reason) => reason.rule === 'minimum-age' && reason.age === undefined);
        const seen = unseen ? [...events, { ...question, what: 'seen', published: null }] : events;
        const candidate = {
          address: ANVIL,
          version: versionOf(question.version),
          digest: digestOf(question.cut),
        };
        const record = recordOf(textOf((seen as Happened).toSorted((a, b) => a.day - b.day)));
        const at = (milliseconds: number) =>
          decideAdmission(given, record, candidate, new Date(milliseconds));
        expect(at(until.getTime()).outcome).toBe('admitted');
        expect(at(until.getTime() - 1).outcome).toBe('held');
      }),
    );
  });

  it('never admits what is recalled', () => {
    fc.assert(
      fc.property(policy, history, asked, (given, events, question) => {
        const recalled = [...events, { ...question, day: 40, what: 'recalled', published: null }];
        const { outcome } = decide(given, recalled as Happened, question);
        expect(outcome).toBe('refused');
      }),
    );
  });

  it('lets an approval in for the release that was approved and for no other', () => {
    fc.assert(
      fc.property(history, asked, (events, question) => {
        const given = policyOf('{"minimum-age":"52w","require-approval":"all"}');
        const others = events.filter(({ what }) => what === 'seen');
        const approved = [...others, { ...question, day: 40, what: 'approved', published: null }] as Happened;
        expect(decide(given, approved, question).reasons[0].rule).toBe('approved');
        const recut = { ...question, cut: question.cut === 'a' ? 'b' : 'a' };
        expect(decide(given, approved, recut).outcome).toBe('held');
      }),
    );
  });

  it('chooses the same version whatever the order of the listing', () => {
    const listing = fc.shuffledSubarray(['0.9.0', '1.0.0', '1.1.0', '2.0.0', '2.0.0-beta'], { minLength: 1 });
    const requests = fc.constantFrom('latest', '~> 1.0', '>= 1.0', '1.1.0', '2.0.0-beta');
    fc.assert(
      fc.property(policy, history, listing, requests, days, (given, events, listed, text, day) => {
        const parsed = parseRequestedVersion(text);
        if (!('requested' in parsed)) throw new Error('a request');
        const choose = (names: readonly string[]) =>
          candidatesOf(
            parsed.requested,
            names.map((name) => ({ version: versionOf(name) })),
          ).find(
            ({ version }) =>
              decide(given, events, { version: version.canonical, cut: 'a', day }).outcome === 'admitted',
          );
        expect(choose(listed)).toEqual(choose(listed.toSorted()));
      }),
    );
  });
});

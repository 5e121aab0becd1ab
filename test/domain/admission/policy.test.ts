import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdmissionPolicy,
  matchesPattern,
  narrowPolicy,
  parseDuration,
  parseProviderPattern,
} from '../../../src/domain/admission/policy.ts';
import { type ProviderAddress, parseAddress } from '../../../src/domain/provider/address.ts';
import { parseConstraint } from '../../../src/domain/provider/constraint.ts';

const addressOf = (text: string): ProviderAddress => {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is no address.`);
  return address;
};

const patternOf = (text: string) => {
  const parsed = parseProviderPattern(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.pattern;
};

const durationOf = (text: string) => {
  const parsed = parseDuration(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.duration;
};

const constraintOf = (text: string) => {
  const parsed = parseConstraint(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.constraint;
};

const NOTHING: AdmissionPolicy = {
  minimumAge: undefined,
  minimumAgeExempt: [],
  requireApproval: undefined,
  recalled: [],
  allowedHostnames: undefined,
  allowedNamespaces: undefined,
};

const AWS = addressOf('hashicorp/aws');

describe('a length of time', () => {
  it.each([
    ['0d', 0],
    ['36h', 36 * 3_600_000],
    ['7d', 7 * 86_400_000],
    ['2w', 14 * 86_400_000],
    ['3650d', 3650 * 86_400_000],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toEqual({ duration: { text, milliseconds } });
  });

  it.each(['', '7', 'd', '7 d', '7D', '07d', '-1d', '1.5d', '7m', '7days', '3651d', '99999w', ' 7d'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toHaveProperty('problem');
    },
  );
});

describe('a pattern of providers', () => {
  it.each([
    ['hashicorp/aws', 'hashicorp/aws', true],
    ['HashiCorp/AWS', 'hashicorp/aws', true],
    ['hashicorp/aws', 'registry.opentofu.org/hashicorp/aws', true],
    ['hashicorp/*', 'hashicorp/aws', true],
    ['*/aws', 'acme/aws', true],
    ['*/*', 'acme/aws', true],
    ['registry.opentofu.org/*/*', 'registry.opentofu.org/a/b', true],
    ['*/hashicorp/aws', 'a.com/hashicorp/aws', true],
    ['hashicorp/*', 'acme/aws', false],
    ['*/aws', 'hashicorp/awscc', false],
    ['registry.opentofu.org/*/*', 'hashicorp/aws', false],
  ])('%s and %s: %s', (pattern, address, matches) => {
    expect(matchesPattern(patternOf(pattern), addressOf(address))).toBe(matches);
  });

  it.each(['', '*', 'aws', 'a/b/c/d', 'acme/int-*', '/aws', 'acme/', 'https://a.com/b/c', 'a_b/c'])(
    '%j is none',
    (text) => {
      expect(parseProviderPattern(text)).toHaveProperty('problem');
    },
  );
});

describe('the policy of one provider', () => {
  it('is none when nobody says anything', () => {
    expect(narrowPolicy(undefined, undefined, AWS)).toBeUndefined();
  });

  it("is the whole config's, without the rules about others", () => {
    const recall = { versions: constraintOf('1.0.0'), reason: 'bad', delete: false };
    const whole: AdmissionPolicy = {
      ...NOTHING,
      minimumAge: durationOf('7d'),
      minimumAgeExempt: [patternOf('acme/*'), patternOf('hashicorp/*')],
      requireApproval: 'major',
      recalled: [
        { ...recall, provider: patternOf('acme/x') },
        { ...recall, provider: patternOf('hashicorp/aws') },
      ],
    };
    expect(narrowPolicy(whole, undefined, AWS)).toEqual({
      ...whole,
      minimumAgeExempt: [patternOf('hashicorp/*')],
      recalled: [{ ...recall, provider: patternOf('hashicorp/aws') }],
    });
  });

  it('goes before that of the whole config', () => {
    const whole: AdmissionPolicy = { ...NOTHING, minimumAge: durationOf('7d'), requireApproval: 'all' };
    const own: AdmissionPolicy = { ...NOTHING, minimumAge: durationOf('0d'), requireApproval: 'never' };
    expect(narrowPolicy(whole, own, AWS)).toEqual(own);
  });

  it("is not exempted from its own minimum age by the whole config's exemptions", () => {
    const whole: AdmissionPolicy = {
      ...NOTHING,
      minimumAge: durationOf('7d'),
      minimumAgeExempt: [patternOf('*/*')],
    };
    const own: AdmissionPolicy = { ...NOTHING, minimumAge: durationOf('2w') };
    expect(narrowPolicy(whole, own, AWS)).toEqual(own);
  });

  const names = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), {
    nil: undefined,
  });
  const recalled = fc.array(
    fc.record({
      provider: fc.constantFrom('hashicorp/aws', 'acme/*', '*/aws').map(patternOf),
      versions: fc.constantFrom('1.0.0', '< 2').map(constraintOf),
      reason: fc.constant('bad'),
      delete: fc.boolean(),
    }),
    { maxLength: 3 },
  );
  const policy: fc.Arbitrary<AdmissionPolicy> = fc.record({
    minimumAge: fc.option(fc.constantFrom('0d', '7d', '2w').map(durationOf), { nil: undefined }),
    minimumAgeExempt: fc.array(fc.constantFrom('hashicorp/aws', 'acme/*').map(patternOf), { maxLength: 2 }),
    requireApproval: fc.option(fc.constantFrom('never', 'major', 'minor', 'all'), { nil: undefined }),
    recalled,
    allowedHostnames: names,
    allowedNamespaces: names,
  });

  it('keeps every recall that is about the provider, of both', () => {
    fc.assert(
      fc.property(policy, policy, (whole, own) => {
        const about = [...whole.recalled, ...own.recalled].filter(({ provider }) =>
          matchesPattern(provider, AWS),
        );
        expect(narrowPolicy(whole, own, AWS)?.recalled).toEqual(about);
      }),
    );
  });

  it('never allows a source that one of both does not', () => {
    fc.assert(
      fc.property(policy, policy, (whole, own) => {
        for (const key of ['allowedHostnames', 'allowedNamespaces'] as const) {
          const narrowed = narrowPolicy(whole, own, AWS)?.[key] ?? ['a', 'b', 'c'];
          const inBoth = (name: string) =>
            (whole[key]?.includes(name) ?? true) && (own[key]?.includes(name) ?? true);
          expect(narrowed.toSorted()).toEqual(['a', 'b', 'c'].filter(inBoth));
        }
      }),
    );
  });

  it('stays as it is when it is narrowed again', () => {
    fc.assert(
      fc.property(policy, policy, (whole, own) => {
        const narrowed = narrowPolicy(whole, own, AWS);
        expect(narrowPolicy(undefined, narrowed, AWS)).toEqual(narrowed);
      }),
    );
  });
});

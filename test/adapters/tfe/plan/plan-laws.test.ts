import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerifiedRelease } from '../../../../src/domain/provider/release.ts';
import { anyHonestRegistry, anyRegistry, anyRelease } from './arbitrary-registry.ts';
import {
  apply,
  carryOut,
  hasEveryPackage,
  inOrder,
  isInstallable,
  planFor,
  type Registry,
} from './registry-model.ts';

/** A release beside a state of the registry. */
const withRelease = (registry: (release: VerifiedRelease) => fc.Arbitrary<Registry>) =>
  anyRelease.chain((release) => fc.tuple(fc.constant(release), registry(release)));

/** The registry after every prefix of its plan, the empty and the whole one included. */
function statesOnTheWay(release: VerifiedRelease, registry: Registry): readonly Registry[] {
  const states = [registry];
  for (const step of planFor(release, registry).steps) {
    states.push(apply(release, states.at(-1) ?? registry, step));
  }
  return states;
}

function completeFiles({ present: { version } }: Registry): unknown[] {
  const platforms = version?.platforms.filter(({ uploaded }) => uploaded) ?? [];
  const files = [version?.shasums, version?.signature].filter((file) => file?.state === 'uploaded');
  return [...platforms, ...files];
}

describe('an upload plan', () => {
  it('leaves nothing to do once applied', () => {
    fc.assert(
      fc.property(withRelease(anyHonestRegistry), ([release, registry]) => {
        expect(planFor(release, carryOut(release, registry))).toEqual({ outcome: 'up-to-date', steps: [] });
      }),
    );
  });

  it('ends in the same state when it is broken off at any step and planned anew', () => {
    fc.assert(
      fc.property(withRelease(anyHonestRegistry), ([release, registry]) => {
        const whole = inOrder(carryOut(release, registry));
        for (const state of statesOnTheWay(release, registry)) {
          expect(inOrder(carryOut(release, state))).toEqual(whole);
        }
      }),
    );
  });

  it('touches nothing that is complete', () => {
    fc.assert(
      fc.property(withRelease(anyHonestRegistry), ([release, registry]) => {
        // The model itself refuses to create or upload what is there.
        const after = carryOut(release, registry);
        expect(completeFiles(after)).toEqual(expect.arrayContaining(completeFiles(registry)));
      }),
    );
  });

  it('leaves platforms alone that the release does not name', () => {
    fc.assert(
      fc.property(withRelease(anyHonestRegistry), ([release, registry]) => {
        const wanted = release.files.map(({ filename }) => filename);
        const others = (state: Registry) =>
          inOrder(state).present.version?.platforms.filter(({ filename }) => !wanted.includes(filename)) ??
          [];
        expect(others(carryOut(release, registry))).toEqual(others(registry));
      }),
    );
  });

  it('makes a version installable only when every configured package is there', () => {
    fc.assert(
      fc.property(withRelease(anyHonestRegistry), ([release, registry]) => {
        fc.pre(!isInstallable(registry));
        const states = statesOnTheWay(release, registry);
        for (const state of states) {
          expect(isInstallable(state) && !hasEveryPackage(release, state)).toBe(false);
        }
        expect(states.map(isInstallable).at(-1)).toBe(true);
      }),
    );
  });

  it('is found whatever the order in which the registry lists its platforms', () => {
    const shuffled = withRelease(anyRegistry).chain(([release, registry]) => {
      const platforms = registry.present.version?.platforms ?? [];
      const other = fc.shuffledSubarray([...platforms], { minLength: platforms.length });
      return fc.tuple(fc.constant(release), fc.constant(registry), other);
    });
    fc.assert(
      fc.property(shuffled, ([release, registry, platforms]) => {
        const { version } = registry.present;
        if (version === undefined) return;
        const present = { provider: true, version: { ...version, platforms } };
        expect(planFor(release, { ...registry, present })).toEqual(planFor(release, registry));
      }),
    );
  });

  it('either finds a conflict and does nothing, or ends with the release complete', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(withRelease(anyRegistry), ([release, registry]) => {
        const plan = planFor(release, registry);
        seen.add(plan.outcome);
        if (plan.outcome === 'conflict') return plan.steps.length === 0 && plan.differences.length > 0;
        const after = carryOut(release, registry);
        return isInstallable(after) && hasEveryPackage(release, after);
      }),
      { numRuns: 400 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(['complete', 'conflict']));
  });
});

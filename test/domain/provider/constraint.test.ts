import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONSTRAINT_PATTERN,
  formatConstraint,
  parseConstraint,
  satisfies,
  type VersionConstraint,
} from '../../../src/domain/provider/constraint.ts';
import { parseRequestedVersion } from '../../../src/domain/provider/requested-version.ts';
import { resolveVersion } from '../../../src/domain/provider/resolve.ts';
import { parseVersion } from '../../../src/domain/provider/version.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';
import { constraintText, versionText } from './arbitraries.ts';
import vectors from './constraint-vectors.json' with { type: 'json' };

const constraint = (text: string): VersionConstraint => {
  const parsed = parseConstraint(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.constraint;
};

/** The newest version that the constraint allows, as a sync chooses it. */
const select = (text: string, available: readonly string[]): string | null => {
  const parsed = parseRequestedVersion(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  const versions = available
    .map((version) => parseVersion(version))
    .filter((version) => version !== undefined);
  const found = resolveVersion(
    parsed.requested,
    versions.map((version) => ({ version, protocols: [], platforms: [] })),
  );
  return found?.version.text ?? null;
};

const allows = (text: string, versionOf: string): boolean => {
  const version = parseVersion(versionOf);
  return version !== undefined && satisfies(constraint(text), version);
};

describe('a constraint, as terraform 1.11.4 takes it', () => {
  it.each(vectors.selected)('$constraint selects $selected', ({ constraint: text, available, selected }) => {
    expect(select(text, available ?? vectors.default_available)).toBe(selected);
  });

  it.each(vectors.selected.filter(({ normal }) => normal !== undefined))(
    '$constraint is normally written $normal',
    ({ constraint: text, normal }) => {
      expect(formatConstraint(constraint(text))).toBe(normal);
    },
  );

  it.each(vectors.refused)('%j is refused with the text and a way out', (text) => {
    expect(parseConstraint(text)).toEqual({
      problem: expect.stringContaining(JSON.stringify(text)),
      fix: expect.stringMatching(/^Write .+\.$/),
    });
  });

  it('chooses between prereleases of one version by SemVer, where Terraform puts more identifiers last', () => {
    expect(allows('= 2.0.0-beta, > 2.0.0-alpha.1', '2.0.0-beta')).toBe(true);
  });

  it('refuses empty prerelease identifiers, which Terraform reads', () => {
    expect(parseConstraint('1.2.3-.a')).toHaveProperty('problem');
  });
});

describe('what is said of a wrong constraint', () => {
  it.each([
    ['v1.2.3', 'a "v" in front of a version is not used', 'Write "1.2.3".'],
    ['= v1.2.3', 'a "v" in front of a version is not used', 'Write "= 1.2.3".'],
    ['^1.2.3', 'an operator is one of', 'Write ">= 1.2.3, < 2.0.0".'],
    ['^0.2.3', 'an operator is one of', 'Write ">= 0.2.3, < 0.3.0".'],
    ['^0.0.3', 'an operator is one of', 'Write ">= 0.0.3, < 0.0.4".'],
    ['~1.2', 'an operator is one of', 'Write "~> 1.2.0".'],
    ['~1', 'an operator is one of', 'Write "~> 1.0".'],
    ['1.*', 'wildcards are not used', 'Write "~> 1.0".'],
    ['1.x.x', 'wildcards are not used', 'Write "~> 1.0".'],
    ['1.2.x', 'wildcards are not used', 'Write "~> 1.2.0".'],
    ['=> 1.0', 'an operator is one of', 'Write ">= 1.0".'],
    ['=< 1.0', 'an operator is one of', 'Write "<= 1.0".'],
    ['== 1.2.3', 'an operator is one of', 'Write "= 1.2.3".'],
    ['<> 1.2.3', 'an operator is one of', 'Write "!= 1.2.3".'],
    ['~= 1.2', 'an operator is one of', 'Write "~> 1.2".'],
    ['>= 1.0 < 2.0', 'terms are separated by commas', 'Write ">= 1.0, < 2.0".'],
    ['1.2 - 2.0', 'terms are separated by commas', 'Write ">= 1.2, <= 2.0".'],
    ['>= 1.0 and < 2.0', 'is not a Terraform version constraint.', 'Write ">= 1.0, < 2.0".'],
    ['>= 1.2,', 'a term is missing beside a comma', 'Write ">= 1.2".'],
    ['>=  1.2', 'at most one space may follow an operator', 'Write ">= 1.2".'],
    ['1.2.3 || 2.0.0', 'alternatives ("||") are not possible', 'Write a version such as'],
    ['1.2.3.4', 'it has more than three numbers', 'Write a version such as'],
    ['>= 1.99999999999999999999', 'a number in it is too large', 'Write a version such as'],
    ['1.2.3-beta_1', 'a version has no underscore', 'Write a version such as'],
    ['', 'it is empty', 'Write a version such as'],
    [`>= ${'1'.repeat(300)}`, 'has more than 256 characters', 'Write a version such as'],
  ])('%j: %s; %s', (text, problem, fix) => {
    expect(parseConstraint(text)).toEqual({
      problem: expect.stringContaining(problem),
      fix: expect.stringContaining(fix),
    });
  });

  it('proposes only what it would accept', () => {
    const near = fc.array(
      fc.oneof(
        versionText,
        fc.constantFrom('v', '^', '~', '~>', '=', '>', '<', '*', 'x', '.', ' ', ',', '|', '-'),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(near, (parts) => {
        const parsed = parseConstraint(parts.join(''));
        fc.pre('problem' in parsed);
        const proposed = /^Write (".*")\.$/.exec(parsed.fix ?? '')?.[1];
        fc.pre(proposed !== undefined);
        expect(parseConstraint(JSON.parse(proposed))).toHaveProperty('constraint');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('laws of constraints', () => {
  it('the normal form is a constraint, is its own normal form, and allows the same versions', () => {
    fc.assert(
      fc.property(constraintText, fc.array(versionText, { maxLength: 10 }), (text, versions) => {
        const normal = formatConstraint(constraint(text));
        expect(formatConstraint(constraint(normal))).toBe(normal);
        for (const version of versions) expect(allows(normal, version)).toBe(allows(text, version));
      }),
      { numRuns: 500 },
    );
  });

  it('the order of the terms changes nothing', () => {
    fc.assert(
      fc.property(constraintText, versionText, (text, version) => {
        const turned = text.split(',').toReversed().join(',');
        expect(allows(turned, version)).toBe(allows(text, version));
        expect(formatConstraint(constraint(turned))).toBe(formatConstraint(constraint(text)));
      }),
    );
  });

  it('a prerelease is never allowed unless a term names it exactly', () => {
    fc.assert(
      fc.property(constraintText, versionText, (text, versionOf) => {
        const version = parseVersion(versionOf);
        if (!version?.prerelease || !allows(text, versionOf)) return;
        const named = constraint(text).terms.filter(({ operator }) => operator === '=');
        expect(named.map(({ boundary }) => boundary.canonical)).toContain(version.canonical);
      }),
      { numRuns: 500 },
    );
  });

  it('the published pattern takes exactly what the parser takes', () => {
    const pattern = new RegExp(`^${CONSTRAINT_PATTERN}$`);
    const near = fc.oneof(constraintText, fc.stringMatching(/^[ 0-9a-z.,<>=!~+-]{0,12}$/));
    fc.assert(
      fc.property(near, (text) => {
        fc.pre(!/\d{16}/.test(text));
        expect(pattern.test(text)).toBe('constraint' in parseConstraint(text));
      }),
      { numRuns: 2000 },
    );
    // A pattern cannot tell how large a number is.
    expect(vectors.refused.filter((text) => pattern.test(text))).toEqual(['>= 1.99999999999999999999']);
  });
});

interface SharedConstraints {
  readonly constraint_check: readonly { constraint: string; version: string; terraform_1_11_4: string }[];
  readonly invalid_constraints: Readonly<Record<string, string>>;
  readonly lock_constraints_normalised: Readonly<Record<string, string>>;
}

const folder = sharedVectors('constraints');
const shared: SharedConstraints = folder
  ? JSON.parse(readFileSync(join(folder, 'constraints.json'), 'utf8'))
  : { constraint_check: [], invalid_constraints: {}, lock_constraints_normalised: {} };

describe.skipIf(!folder)('with the verdicts of the real terraform binary', () => {
  it('has cases to try', () => {
    expect(shared.constraint_check.length).toBeGreaterThan(30);
  });

  it.for(shared.constraint_check)('$constraint against $version', (vector) => {
    const parsed = parseConstraint(vector.constraint);
    const verdict =
      'problem' in parsed
        ? 'invalid-constraint'
        : allows(vector.constraint, vector.version)
          ? 'match'
          : 'no-match';
    expect(verdict).toBe(vector.terraform_1_11_4);
  });

  it.for(Object.keys(shared.invalid_constraints))('%j is refused', (text) => {
    expect(parseConstraint(text)).toHaveProperty('problem');
  });

  it.for(Object.entries(shared.lock_constraints_normalised))(
    '%j is normally written %j',
    ([text, normal]) => {
      expect(formatConstraint(constraint(text))).toBe(normal);
    },
  );
});

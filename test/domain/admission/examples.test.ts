import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decideAdmission } from '../../../src/domain/admission/decide.ts';
import { versionOf } from '../../support/sync-world.ts';
import { ANVIL, moment, policyOf, recordOf, release } from './scenario.ts';

const document = readFileSync(new URL('../../../docs/admission.md', import.meta.url), 'utf8');

const rows = document
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.slice(1, -1).split(' | '))
  .map((cells) => cells.map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')));

describe('the examples of docs/admission.md', () => {
  it('are sixty and more, numbered in order', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(rows.map(([number]) => Number(number))).toEqual(rows.map((_, index) => index + 1));
  });

  it.each(rows)(
    '%s: %s, after %s, asked %s: %s',
    (_, policy = '', ledger = '', asked = '', outcome, rules) => {
      const [when = '', what = ''] = asked.split(' ');
      const { version, digest } = release(what);
      const decision = decideAdmission(
        policyOf(policy),
        recordOf(ledger === '–' ? '' : ledger),
        { address: ANVIL, version: versionOf(version), digest },
        moment(when),
      );
      const [word, until] = (outcome ?? '').split(' until ');
      expect({
        outcome: decision.outcome,
        until: decision.until?.toISOString(),
        rules: decision.reasons.map(({ rule }) => rule).join(', '),
      }).toEqual({
        outcome: word,
        until: until === undefined ? undefined : moment(until).toISOString(),
        rules,
      });
    },
  );
});

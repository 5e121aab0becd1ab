import { describe, expect, it } from 'vitest';
import { shareDone, violations } from './judge.ts';

const whole = { hcp: { anvil: ['a', 'b'] }, folder: { anvil: ['a', 'b'] } };
const nothing = { hcp: { anvil: [] }, folder: { anvil: [] } };

describe('the judge of kills', () => {
  it.each([
    ['nothing became visible', {}, nothing, []],
    ['a version became whole at one destination', nothing, { ...nothing, hcp: whole.hcp }, []],
    [
      'a version became visible in part',
      nothing,
      { ...nothing, folder: { anvil: ['a'] } },
      ['anvil at folder is installable in part: a'],
    ],
    [
      'other bytes became visible',
      nothing,
      { ...nothing, hcp: { anvil: ['a', 'c'] } },
      ['anvil at hcp is installable in part: a; c'],
    ],
    ['what was whole is gone', whole, { ...whole, hcp: nothing.hcp }, ['anvil at hcp was whole and is gone']],
  ])('says what is wrong when %s', (_, before, after, expected) => {
    expect(violations(before, after, whole)).toEqual(expected);
  });

  it('counts what is whole everywhere', () => {
    expect(shareDone(nothing, whole)).toBe(0);
    expect(shareDone({ ...nothing, hcp: whole.hcp }, whole)).toBe(0.5);
    expect(shareDone(whole, whole)).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { VersionState } from '../../../src/domain/catalogue/form/overview.ts';
import {
  admitted,
  approved,
  delivered,
  described,
  here,
  type Known,
  policyOf,
  recalled,
  sighted,
  told,
  week,
} from './described.ts';

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

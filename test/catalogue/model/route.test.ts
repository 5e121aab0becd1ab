import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERYTHING, isNarrowed, SORT_KEYS, STATE_FILTERS } from '../../../src/catalogue/model/query.ts';
import {
  formatRoute,
  HAPPENED_SECTIONS,
  PLOT_SECTIONS,
  parseRoute,
  providerLink,
  type Route,
} from '../../../src/catalogue/model/route.ts';

const AWS = 'registry.terraform.io/hashicorp/aws';

describe('links to the catalogue', () => {
  it.each<[string, Route]>([
    ['', { view: 'providers', query: EVERYTHING }],
    ['#', { view: 'providers', query: EVERYTHING }],
    ['#/', { view: 'providers', query: EVERYTHING }],
    ['#/?q=aws', { view: 'providers', query: { ...EVERYTHING, text: 'aws' } }],
    [
      '#/?state=held&sort=changed&order=down',
      {
        view: 'providers',
        query: { ...EVERYTHING, state: 'held', sort: 'changed', descending: true },
      },
    ],
    ['#/?state=nonsense&sort=nonsense&order=down', { view: 'providers', query: EVERYTHING }],
    ['#/bottles?q=jq', { view: 'bottles', query: { ...EVERYTHING, text: 'jq' } }],
    [`#/provider/${AWS}`, { view: 'provider', address: AWS, version: undefined, section: undefined }],
    [
      `#/provider/${AWS}/evidence?version=6.1.0%2Bb1`,
      {
        view: 'provider',
        address: AWS,
        version: '6.1.0+b1',
        section: 'evidence',
      },
    ],
    [
      '#/provider/registry.example.com%3A8443/acme/anvil',
      {
        view: 'provider',
        address: 'registry.example.com:8443/acme/anvil',
        version: undefined,
        section: undefined,
      },
    ],
    ['#/happened', { view: 'happened', section: undefined }],
    ['#/happened/held', { view: 'happened', section: 'held' }],
    ['#/plots/bytes', { view: 'plots', section: 'bytes' }],
  ])('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it.each([
    '#/nowhere',
    '#/provider/only/two',
    `#/provider/${AWS}/nothing`,
    `#/provider/${AWS}/evidence/more`,
    '#/happened/nothing',
    '#/happened/held/more',
    '#/plots/nothing',
    '#/bottles/jq',
    '#/%E0%A4%A',
  ])('%s leads nowhere', (hash) => {
    expect(parseRoute(hash)).toMatchObject({ view: 'unknown' });
  });

  it('come back as they went, whatever stands in them', () => {
    const query = fc.record({
      text: fc.string(),
      namespace: fc.string(),
      platform: fc.string(),
      destination: fc.string(),
      state: fc.constantFrom('' as const, ...STATE_FILTERS),
      sort: fc.constantFrom(undefined, ...SORT_KEYS),
      descending: fc.boolean(),
    });
    const part = fc.string({ minLength: 1, unit: 'grapheme' });
    const route = fc.oneof(
      fc.record({ view: fc.constantFrom('providers' as const, 'bottles' as const), query }),
      fc.record({
        view: fc.constant('provider' as const),
        address: fc
          .tuple(part, part, part)
          .map((parts) => parts.map((each) => each.replaceAll('/', '-')).join('/')),
        version: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
        section: fc.constantFrom(undefined, 'write' as const, 'destinations' as const),
      }),
      fc.record({
        view: fc.constant('happened' as const),
        section: fc.constantFrom(undefined, ...HAPPENED_SECTIONS),
      }),
      fc.record({
        view: fc.constant('plots' as const),
        section: fc.constantFrom(undefined, ...PLOT_SECTIONS),
      }),
    );
    fc.assert(
      fc.property(route, (each) => {
        const back = parseRoute(formatRoute(each));
        // No order goes neither up nor down.
        const sorted = 'query' in each && each.query.sort === undefined;
        expect(back).toEqual(sorted ? { ...each, query: { ...each.query, descending: false } } : each);
      }),
    );
  });

  it('name a version and a part of a provider’s page', () => {
    expect(providerLink(AWS, '6.1.0+b1', 'platforms')).toBe(`#/provider/${AWS}/platforms?version=6.1.0%2Bb1`);
  });
});

describe('a query', () => {
  it.each([
    [{}, false],
    [{ text: '  ' }, false],
    [{ sort: 'name' as const }, false],
    [{ text: 'aws' }, true],
    [{ state: 'held' as const }, true],
    [{ namespace: 'hashicorp' }, true],
  ])('%j leaves something out: %s', (change, narrowed) => {
    expect(isNarrowed({ ...EVERYTHING, ...change })).toBe(narrowed);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import {
  type BottleIndex,
  canonical,
  renewIndex,
  requireEntry,
  requireLayer,
} from '../../../src/domain/bottle/bottle-index.ts';
import { readBottleIndex } from '../../../src/domain/bottle/schema.ts';

const sha = (letter: string) => letter.repeat(64) as Sha256;
const BOTTLE = { name: 'tool', ref: '1.0', refName: '1.0.x86_64_linux', sha256: sha('a') };

const entry = (annotations: Record<string, string> = {}) => ({
  digest: `sha256:${sha('c')}`,
  size: 10,
  annotations: {
    'org.opencontainers.image.ref.name': BOTTLE.refName,
    'sh.brew.bottle.digest': BOTTLE.sha256,
    'sh.brew.bottle.size': '7',
    'sh.brew.tab': '{"a":1}',
    ...annotations,
  },
});

function indexOf(...manifests: readonly object[]): BottleIndex {
  const read = readBottleIndex(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  if ('problem' in read) throw new Error(read.problem);
  return read.value;
}

describe('the index of a version', () => {
  it('has the entry that brew would take', () => {
    const other = entry({
      'org.opencontainers.image.ref.name': '1.0.tahoe',
      'sh.brew.bottle.digest': sha('b'),
    });
    expect(requireEntry(indexOf(other, entry()), BOTTLE)).toMatchObject({ size: 7, entry: { size: 10 } });
  });

  it.each([
    ['names another bottle', entry({ 'sh.brew.bottle.digest': sha('b') }), 'DigestMismatch'],
    [
      'has another ref name',
      entry({ 'org.opencontainers.image.ref.name': '1.0.linux' }),
      'UpstreamResponseInvalid',
    ],
    ['has a tab that is no JSON', entry({ 'sh.brew.tab': '{' }), 'UpstreamResponseInvalid'],
    ['has a tab that is no object', entry({ 'sh.brew.tab': '[]' }), 'UpstreamResponseInvalid'],
    [
      'has no tab',
      { ...entry(), annotations: { ...entry().annotations, 'sh.brew.tab': undefined } },
      'UpstreamResponseInvalid',
    ],
    ['tells a size that is none', entry({ 'sh.brew.bottle.size': '-1' }), 'UpstreamResponseInvalid'],
  ])('is refused when it %s', (_, given, code) => {
    expect(() => requireEntry(indexOf(given), BOTTLE)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['an entry with another kind of digest', { manifests: [{ digest: 'md5:1', size: 1 }] }],
    ['10,000 entries', { manifests: Array.from({ length: 10_000 }, () => entry()) }],
    ['a manifest of 100 MB', { manifests: [{ ...entry(), size: 100_000_000 }] }],
    ['no entries at all', {}],
  ])('is none with %s', (_, document) => {
    expect(readBottleIndex(Buffer.from(JSON.stringify({ schemaVersion: 2, ...document })))).toHaveProperty(
      'problem',
    );
  });
});

const layer = { digest: `sha256:${BOTTLE.sha256}`, size: 7 };

describe('the manifest behind an entry', () => {
  it('has the bottle as its one layer', () => {
    expect(requireLayer({ layers: [layer], annotations: {} }, BOTTLE, 7)).toBe(7);
    expect(requireLayer({ layers: [layer], annotations: {} }, BOTTLE, undefined)).toBe(7);
  });

  it.each([
    ['without a layer', { layers: [], annotations: {} }, 'UpstreamResponseInvalid'],
    ['with two', { layers: [layer, layer], annotations: {} }, 'UpstreamResponseInvalid'],
    [
      'with another bottle',
      { layers: [{ ...layer, digest: `sha256:${sha('b')}` }], annotations: {} },
      'DigestMismatch',
    ],
    ['with another size', { layers: [{ ...layer, size: 8 }], annotations: {} }, 'UpstreamResponseInvalid'],
    [
      'that says it is of another',
      { layers: [layer], annotations: { 'sh.brew.bottle.digest': sha('b') } },
      'DigestMismatch',
    ],
  ])('is refused %s', (_, manifest, code) => {
    expect(() => requireLayer(manifest, BOTTLE, 7)).toThrow(expect.objectContaining({ code }));
  });
});

const tagged = (tag: string, digest: string, tab = '{}') =>
  entry({
    'org.opencontainers.image.ref.name': `1.0.${tag}`,
    'sh.brew.bottle.digest': sha(digest),
    'sh.brew.tab': tab,
  });

const entries = fc.uniqueArray(
  fc.record({
    tag: fc.constantFrom('linux', 'tahoe', 'sonoma'),
    digest: fc.constantFrom('a', 'b'),
    tab: fc.constantFrom('{}', '{"x":1}'),
  }),
  { selector: ({ tag, digest }) => `${tag} ${digest}` },
);

describe('renewing an index', () => {
  it('takes upstream’s own bytes when they only add', () => {
    expect(renewIndex(undefined, indexOf(tagged('linux', 'a')))).toBe('upstream');
    expect(
      renewIndex(indexOf(tagged('linux', 'a')), indexOf(tagged('tahoe', 'b'), tagged('linux', 'a'))),
    ).toBe('upstream');
  });

  it('keeps every former entry as it was, and brings every new one', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const make = (list: typeof before) =>
          indexOf(...list.map(({ tag, digest, tab }) => tagged(tag, digest, tab)));
        const [former, upstream] = [make(before), make(after)];
        const renewed = renewIndex(former, upstream);
        const shown =
          renewed === 'upstream'
            ? upstream
            : indexOf(...(renewed.document as { manifests: object[] }).manifests);
        const texts = shown.entries.map(({ raw }) => canonical(raw));
        expect(texts).toEqual(expect.arrayContaining(former.entries.map(({ raw }) => canonical(raw))));
        const identities = shown.entries.map(
          ({ entry: { annotations } }) =>
            `${annotations['org.opencontainers.image.ref.name']} ${annotations['sh.brew.bottle.digest']}`,
        );
        const wanted = after.map(({ tag, digest }) => `1.0.${tag} ${sha(digest)}`);
        expect(identities).toEqual(expect.arrayContaining(wanted));
        expect(new Set(identities).size).toBe(identities.length);
      }),
    );
  });
});

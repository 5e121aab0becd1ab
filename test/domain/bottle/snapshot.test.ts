import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import {
  readPublicationDocument,
  readSnapshotDocument,
  writeBottlesDocument,
} from '../../../src/domain/bottle/schema.ts';
import {
  compareSnapshots,
  extendHistory,
  nextSnapshotName,
  type Publication,
  requireFresh,
  type Snapshot,
  type SnapshotApi,
  snapshotToPublish,
} from '../../../src/domain/bottle/snapshot.ts';

const sha = (letter: string) => letter.repeat(64) as Sha256;
const NOW = new Date('2026-11-26T12:00:00Z');

const api = (letter: string, generatedAt?: number): SnapshotApi => ({
  path: 'internal/packages.x86_64_linux.jws.json',
  sha256: sha(letter),
  size: 1,
  generatedAt,
  signedBy: 'homebrew-1',
});

const publication = (overrides: Partial<Publication> = {}): Publication => ({
  current: '2026-11-25',
  state: 'published',
  publishedAt: NOW,
  notBefore: undefined,
  history: {},
  ...overrides,
});

describe('names of snapshots', () => {
  it.each([
    [[], '2026-11-26'],
    [['2026-11-25'], '2026-11-26'],
    [['2026-11-26'], '2026-11-26-2'],
    [['2026-11-26-9', '2026-11-26', 'notes'], '2026-11-26-10'],
  ])('after %j comes %s', (taken, next) => expect(nextSnapshotName(taken, NOW)).toBe(next));

  it('are ordered by their age', () => {
    const names = ['2026-11-26-10', '2026-11-26', '2026-11-25', '2026-11-26-9'];
    expect(names.toSorted(compareSnapshots)).toEqual([
      '2026-11-25',
      '2026-11-26',
      '2026-11-26-9',
      '2026-11-26-10',
    ]);
  });
});

describe('an API file', () => {
  const path = api('a').path;

  it('is refused when it is older than one the mirror had, whatever is current', () => {
    const history = {
      [path]: [
        { sha256: sha('a'), generatedAt: 100 },
        { sha256: sha('b'), generatedAt: 200 },
      ],
    };
    expect(() => requireFresh(history, api('a', 100))).toThrow(
      expect.objectContaining({ code: 'UpstreamResponseInvalid' }),
    );
    expect(() => requireFresh(history, api('c', 199))).toThrow('older than the last one');
    expect(() => requireFresh(history, api('b', 200))).not.toThrow();
    expect(() => requireFresh(history, api('c', 201))).not.toThrow();
  });

  it('without a time is refused when another has followed it', () => {
    const history = {
      [path]: [
        { sha256: sha('a'), generatedAt: undefined },
        { sha256: sha('b'), generatedAt: undefined },
      ],
    };
    expect(() => requireFresh(history, api('a'))).toThrow('a later one since');
    expect(() => requireFresh(history, api('b'))).not.toThrow();
    expect(() => requireFresh(history, api('c'))).not.toThrow();
  });

  it('is remembered once', () => {
    const once = extendHistory({}, { apis: [api('a', 1)] });
    expect(extendHistory(extendHistory(once, { apis: [api('b', 2)] }), { apis: [api('a', 1)] })).toEqual({
      [path]: [
        { sha256: sha('a'), generatedAt: 1 },
        { sha256: sha('b'), generatedAt: 2 },
      ],
    });
  });
});

describe('the snapshot that clients are shown', () => {
  const snapshots = ['2026-11-24', '2026-11-25', '2026-11-26'].map((name) => ({
    name,
    createdAt: new Date(`${name}T03:00:00Z`),
  }));
  const days = (count: number) => count * 86_400_000;

  it.each<[string, Publication | undefined, number, string | undefined]>([
    ['the newest', publication(), 0, '2026-11-26'],
    ['the newest that is old enough', undefined, days(1), '2026-11-25'],
    ['none before one is old enough', undefined, days(9), undefined],
    ['never an older one than now', publication({ current: '2026-11-26' }), days(1), '2026-11-26'],
    [
      'after a rollback the one rolled back to',
      publication({ current: '2026-11-24', notBefore: '2026-11-26' }),
      0,
      '2026-11-24',
    ],
    [
      'after a rollback only what is newer still',
      publication({ current: '2026-11-24', notBefore: '2026-11-25' }),
      0,
      '2026-11-26',
    ],
  ])('is %s', (_, published, age, shown) => {
    expect(snapshotToPublish(snapshots, published, age, NOW)).toBe(shown);
  });
});

describe('the documents of a mirror', () => {
  it('are read as they were written', () => {
    const snapshot: Snapshot = {
      name: '2026-11-26',
      createdAt: NOW,
      apis: [api('a', 1), { ...api('b'), path: 'formula.jws.json' }],
      bottles: [
        {
          name: 'tool@3',
          version: '3_1',
          rebuild: 2,
          tag: 'all',
          sha256: sha('c'),
          size: 7,
          image: 'tool/3',
          ref: '3_1-2',
          refName: '3_1.all.2',
          filename: 'tool@3--3_1.all.bottle.2.tar.gz',
          neededBy: ['tool@3'],
          entrySha256: sha('d'),
        },
      ],
      missing: [{ formula: 'x', reason: 'y' }],
    };
    expect(readSnapshotDocument(writeBottlesDocument(snapshot))).toMatchObject({ value: snapshot });
    const published = publication({ notBefore: '2026-11-26-2', history: extendHistory({}, snapshot) });
    expect(readPublicationDocument(writeBottlesDocument(published))).toMatchObject({ value: published });
  });

  it.each(['{', '[]', '{"format":2}', '{"format":1,"current":"../x"}'])('are none that say %s', (text) => {
    expect(readPublicationDocument(Buffer.from(text))).toHaveProperty('problem');
  });
});

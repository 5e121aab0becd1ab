import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { blobKeyOf, manifestKeyOf } from '../../../src/domain/bottle/names.ts';
import { planBottleCleanup } from '../../../src/domain/bottle/retention.ts';
import {
  currentApiKey,
  type Snapshot,
  snapshotApiKey,
  snapshotDocument,
} from '../../../src/domain/bottle/snapshot.ts';

const PATH = 'internal/packages.x86_64_linux.jws.json';
const NOW = new Date('2026-12-31T12:00:00Z');

function snapshot(day: number, formulae: readonly string[]): Snapshot {
  const name = `2026-11-${String(day).padStart(2, '0')}`;
  return {
    name,
    createdAt: new Date(`${name}T03:00:00Z`),
    apis: [{ path: PATH, sha256: 'a'.repeat(64) as Sha256, size: 5, generatedAt: day, signedBy: 'k' }],
    bottles: formulae.map((formula) => ({
      name: formula,
      version: '1',
      rebuild: 0,
      tag: 'all',
      sha256: Buffer.from(formula).toString('hex').padStart(64, '0') as Sha256,
      size: 10,
      image: formula,
      ref: '1',
      refName: '1.all',
      filename: formula,
      neededBy: [],
      entrySha256: 'e'.repeat(64) as Sha256,
    })),
    missing: [],
  };
}

const keysOf = ({ name, bottles }: Snapshot) => [
  snapshotDocument(name),
  snapshotApiKey(name, PATH),
  ...bottles.flatMap(({ image, ref, sha256 }) => [blobKeyOf(image, sha256), manifestKeyOf(image, ref)]),
];

const filesOf = (snapshots: readonly Snapshot[], more: readonly string[] = []) =>
  [...new Set([...snapshots.flatMap(keysOf), ...more])].map((key) => ({ key, size: 10 }));

const terms = { keepSnapshots: 1, maxShare: 1, now: NOW };

describe('a cleanup of bottles', () => {
  it('deletes a snapshot beyond those kept, and what it alone names', () => {
    const snapshots = [snapshot(1, ['a', 'b']), snapshot(2, ['b', 'c'])];
    const plan = planBottleCleanup({ snapshots, current: '2026-11-02', files: filesOf(snapshots) }, terms);
    expect(plan.keptSnapshots).toEqual(['2026-11-02']);
    expect(plan.keys[0]).toBe('snapshots/2026-11-01/bottles.json');
    expect(plan.keys.filter((key) => key.startsWith('v2/'))).toEqual([
      expect.stringMatching(/^v2\/homebrew\/core\/a\/blobs/),
      'v2/homebrew/core/a/manifests/1',
    ]);
  });

  it('keeps the current snapshot, and one that was current within a week', () => {
    const snapshots = [snapshot(1, ['a']), snapshot(2, ['b']), snapshot(3, ['c'])];
    const contents = { snapshots, current: '2026-11-01', files: filesOf(snapshots) };
    expect(planBottleCleanup(contents, terms).deletedSnapshots).toEqual(['2026-11-02']);
    const soon = { ...terms, now: new Date('2026-11-05T00:00:00Z') };
    expect(planBottleCleanup(contents, soon).deletedSnapshots).toEqual([]);
  });

  it('removes what dead runs left, and nothing that is none of the mirror’s', () => {
    const kept = snapshot(9, ['a']);
    const left = [
      'v2/homebrew/core/x/blobs/sha256:'.concat('9'.repeat(64)),
      'snapshots/2026-11-08/api/formula.jws.json',
    ];
    const foreign = [
      'notes.txt',
      'snapshots/readme',
      'v2/library/x/manifests/1',
      currentApiKey(PATH),
      'turns.json',
    ];
    const files = filesOf([kept], [...left, ...foreign]);
    const plan = planBottleCleanup({ snapshots: [kept], current: kept.name, files }, terms);
    expect(plan.keys.toSorted()).toEqual(left.toSorted());
  });

  it('stops before it deletes more than its share', () => {
    const snapshots = [snapshot(1, ['a', 'b', 'c']), snapshot(2, ['d'])];
    const contents = { snapshots, current: '2026-11-02', files: filesOf(snapshots) };
    const { brake } = planBottleCleanup(contents, { ...terms, maxShare: 0.5 });
    expect(brake).toMatchObject({
      code: 'RetentionBrakeApplied',
      message: expect.stringContaining('3 of 4 bottles'),
    });
    expect(planBottleCleanup(contents, { ...terms, maxShare: 0.75 }).brake).toBeUndefined();
  });

  it('never deletes a file that a kept snapshot or the current API needs', () => {
    const worlds = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 28 }), fc.subarray(['a', 'b', 'c', 'd', 'e'])),
      {
        selector: ([day]) => day,
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(
        worlds,
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        fc.integer({ min: 0, max: 40 }),
        (days, keepSnapshots, pick, later) => {
          const snapshots = days.map(([day, formulae]) => snapshot(day, formulae));
          const current = snapshots[pick % snapshots.length] as Snapshot;
          const now = new Date(Date.UTC(2026, 10, 28 + later));
          const files = filesOf(snapshots, [currentApiKey(PATH), 'publication.json']);
          const plan = planBottleCleanup(
            { snapshots, current: current.name, files },
            { ...terms, keepSnapshots, now },
          );
          expect(plan.keptSnapshots).toContain(current.name);
          expect(plan.keptSnapshots.length).toBeGreaterThanOrEqual(Math.min(keepSnapshots, snapshots.length));
          const needed = snapshots.filter(({ name }) => plan.keptSnapshots.includes(name)).flatMap(keysOf);
          expect(
            plan.keys.filter(
              (key) => needed.includes(key) || key.startsWith('api/') || key === 'publication.json',
            ),
          ).toEqual([]);
        },
      ),
    );
  });
});

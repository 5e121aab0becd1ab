import { describe, expect, it } from 'vitest';
import type { BottleCleanupResult } from '../../../src/application/bottles/cleanup.ts';
import type { BottleReport, BottlesResult } from '../../../src/application/bottles/results.ts';
import type { SnapshotsResult } from '../../../src/application/bottles/snapshots.ts';
import type { VerifyBottlesResult } from '../../../src/application/bottles/verify.ts';
import {
  BOTTLES_CLEANED,
  BOTTLES_VERIFIED,
  renderSnapshots,
} from '../../../src/cli/render/bottles-mirror.ts';
import { BOTTLES_RESULT } from '../../../src/cli/render/bottles-result.ts';
import type { Canvas } from '../../../src/cli/render/table.ts';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';

const bottle = (tag: string, outcome: BottleReport['outcome']): BottleReport => ({
  name: 'aarch64-elf-binutils-with-a-long-name@12',
  version: '2026.11.26-beta3_12',
  tag,
  sha256: 'a'.repeat(64) as Sha256,
  ref: '2026.11.26-beta3_12-3',
  size: 123_456_789,
  neededBy: ['aarch64-elf-gcc'],
  outcome,
});

const reason =
  '"aarch64-elf-binutils-with-a-long-name@12" is recalled in 2026.11.26-beta3_12 by arn:aws:sts::123456789012:assumed-role/someone: ' +
  'it was withdrawn upstream';

const RESULT: BottlesResult = {
  ok: false,
  outcome: 'incomplete',
  destination: 's3://a-company-with-a-long-name-homebrew-mirror/brew/production',
  snapshot: null,
  current: '2026-11-25-2',
  apis: [],
  bottles: [
    bottle('arm64_tahoe', 'fetched'),
    bottle('arm64_sequoia', 'failed'),
    bottle('x86_64_linux', 'present'),
    bottle('arm64_linux', 'to-fetch'),
  ],
  problems: [],
  missing: [
    { formula: 'aarch64-elf-gcc', reason, allowed: false },
    { formula: 'jq', reason, allowed: true },
  ],
  remarks: [
    '$.bottles.formulae[12]: "aarch64-elf-binutils-with-a-long-name" is deprecated and will be disabled',
  ],
  summary: { bottles: 4, present: 1, toFetch: 1, fetched: 1, failed: 1, bytes: 123_456_789 },
};

const widest = (text: string): number => Math.max(...text.split('\n').map(({ length }) => length));

describe('the result of bottles', () => {
  it.each([60, 80, 120])('fits a terminal of %i columns and leaves nothing out', (columns) => {
    const text = BOTTLES_RESULT.whole(RESULT, { columns, color: false });
    expect(widest(text)).toBeLessThanOrEqual(columns);
    const letters = text.replaceAll(/\s/g, '');
    for (const part of ['sequoia', '1failed', 'withdrawnupstream', 'Withoutjq']) {
      expect(letters).toContain(part);
    }
    expect(letters).toContain('Clientssee2026-11-25-2,asbefore.');
  });
});

const { destination } = RESULT;
const FILE = `v2/homebrew/core/aarch64-elf-binutils-with-a-long-name/12/blobs/sha256:${'a'.repeat(64)}`;

const SNAPSHOTS: SnapshotsResult = {
  destination,
  current: '2026-11-25-2',
  snapshots: [true, false].map((current) => ({
    name: '2026-11-25-2',
    createdAt: '2026-11-25T12:34:56.789Z',
    current,
    bottles: 12_345,
    bytes: 123_456_789_012,
    apiPath: 'snapshots/2026-11-25-2/api',
    missing: ['aarch64-elf-binutils-with-a-long-name@12', 'jq'],
  })),
};

const VERIFIED: VerifyBottlesResult = {
  ok: false,
  destination,
  snapshots: ['2026-11-25-2', '2026-11-26-12'].map((snapshot) => ({
    snapshot,
    current: snapshot === '2026-11-25-2',
    bottles: 12_345,
    findings: [{ subject: FILE, problem: `has SHA-256 ${'b'.repeat(64)}, and the index names another one` }],
  })),
};

const error = {
  code: 'DestinationUnavailable' as const,
  origin: 'destination' as const,
  message: `${destination} did not answer in time.`,
};

const CLEANED: BottleCleanupResult = {
  ok: false,
  dryRun: true,
  destination,
  keptSnapshots: ['2026-11-25-2'],
  deletedSnapshots: ['2026-11-20-12'],
  files: [FILE],
  bytes: 123_456_789_012,
  brake: {
    ...error,
    message: `it would delete 12345 of 12345 bottles of ${destination}, more than 0.5 of them`,
  },
  failed: [{ file: 'snapshots/2026-11-20-12/bottles.json', error }],
};

const RENDERED = {
  snapshots: (canvas: Canvas) => renderSnapshots(SNAPSHOTS, canvas),
  verify: (canvas: Canvas) => BOTTLES_VERIFIED.whole(VERIFIED, canvas),
  cleanup: (canvas: Canvas) => BOTTLES_CLEANED.whole(CLEANED, canvas),
};

/** Every character but blanks and commas, in whichever order: what stands in a column may move below its row. */
const characters = (text: string) =>
  text
    .toLowerCase()
    .match(/[^\s,]/g)
    ?.toSorted()
    .join('');

/** Words that cannot be broken, because they are to be copied: addresses and files outside tables. */
const fits = (line: string, columns: number) => line.length <= columns || !line.trim().includes(' ');

describe.each(Object.entries(RENDERED))('the longest that "bottles %s" says', (_name, render) => {
  it.each([60, 70, 80, 120])('fits %i columns and loses nothing', (columns) => {
    const text = render({ columns, color: false });
    expect(text.split('\n').filter((line) => !fits(line, columns))).toEqual([]);
    // Columns that moved below their rows stand there behind their titles, once a row.
    const titles = /made at/.test(text) ? 'madeat'.repeat(SNAPSHOTS.snapshots.length) : 'madeat';
    const expected = render({ columns: 1000, color: false }).replace(/MADE AT/, titles);
    expect(characters(text.replace(/MADE AT/, /made at/.test(text) ? '' : '$&'))).toBe(characters(expected));
  });
});

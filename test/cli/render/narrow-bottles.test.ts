import { describe, expect, it } from 'vitest';
import type { BottleReport, BottlesResult } from '../../../src/application/bottles/results.ts';
import { BOTTLES_RESULT } from '../../../src/cli/render/bottles-result.ts';
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

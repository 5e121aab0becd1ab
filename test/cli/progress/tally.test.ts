import { describe, expect, it } from 'vitest';
import { createTally } from '../../../src/cli/progress/tally.ts';
import type { ProgressSignal } from '../../../src/domain/events/progress-signal.ts';

const PLATFORMS = ['amd64', 'arm64', 'arm'].map((arch) => ({ os: 'linux', arch }));
const about = { address: 'registry.terraform.io/hashicorp/aws', version: '5.100.0' };
const MB = 1_000_000;

/** What is said after these signals; each of them takes a second. */
function said(...signals: readonly ProgressSignal[]): string | undefined {
  let now = 0;
  const tally = createTally(() => now);
  for (const signal of signals) {
    tally.count(signal);
    now += 1000;
  }
  return tally.describe();
}

const [amd64, arm64, arm] = PLATFORMS as [
  (typeof PLATFORMS)[number],
  (typeof PLATFORMS)[number],
  (typeof PLATFORMS)[number],
];
const awaited: ProgressSignal = { kind: 'PackagesAwaited', ...about, platforms: PLATFORMS };
const started = (platform = amd64): ProgressSignal => ({
  kind: 'PackageTransferStarted',
  ...about,
  platform,
  filename: 'aws.zip',
});
const progressed = (bytes: number, size: number | undefined, platform = amd64): ProgressSignal => ({
  kind: 'PackageTransferProgressed',
  ...about,
  platform,
  bytes,
  size,
});
const ended = (platform = amd64): ProgressSignal => ({ kind: 'PackageTransferEnded', ...about, platform });

describe('the line about a whole run', () => {
  it.each<[string, readonly ProgressSignal[], string | undefined]>([
    ['nothing while nothing is to be transferred', [], undefined],
    ['how many packages are awaited', [awaited], '0 of 3 packages, 0 bytes'],
    [
      'the same of bottles',
      [
        { kind: 'BottlesAwaited', bottles: ['jq.tar.gz', 'git.tar.gz'] },
        { kind: 'BottleTransferStarted', bottle: 'jq.tar.gz' },
        { kind: 'BottleTransferProgressed', bottle: 'jq.tar.gz', bytes: MB, size: MB },
        { kind: 'BottleTransferEnded', bottle: 'jq.tar.gz' },
      ],
      '1 of 2 bottles, 1 MB of about 2 MB, 333.3 kB/s, 3.0 s left',
    ],
    [
      'bytes alone while no size is known',
      [started(), progressed(MB, undefined)],
      '0 of 1 package, 1 MB, 500 kB/s',
    ],
    [
      'the rate and the time that is left',
      [started(), progressed(20 * MB, 100 * MB)],
      '0 of 1 package, 20 MB of 100 MB, 10 MB/s, 8.0 s left',
    ],
    [
      'an estimate over packages of which nothing is known yet',
      [awaited, started(), progressed(20 * MB, 100 * MB)],
      '0 of 3 packages, 20 MB of about 300 MB, 10 MB/s, 28.0 s left',
    ],
    [
      'what is done, by its real size',
      [
        awaited,
        started(),
        progressed(10 * MB, undefined),
        ended(),
        started(arm64),
        progressed(5 * MB, 10 * MB, arm64),
      ],
      '1 of 3 packages, 15 MB of about 30 MB, 3 MB/s, 5.0 s left',
    ],
    [
      'no time when everything is done',
      [started(arm), progressed(4 * MB, 4 * MB, arm), ended(arm)],
      '1 of 1 package, 4 MB of 4 MB, 1.3 MB/s',
    ],
  ])('says %s', (_, signals, text) => expect(said(...signals)).toBe(text));

  it('counts a package once that several destinations await', () => {
    expect(said(awaited, awaited)).toBe('0 of 3 packages, 0 bytes');
  });
});

import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatBar } from '../../../src/cli/progress/bar.ts';
import { createProgressDisplay } from '../../../src/cli/progress/display.ts';
import { type Reported, reportTo } from '../../fakes/event-reporter.ts';
import { recordingIo, recordingOutput } from '../../support/command-line.ts';

const about = {
  address: 'registry.terraform.io/hashicorp/aws',
  version: '5.100.0',
  destination: 'private-registry',
  platform: { os: 'linux', arch: 'amd64' },
};
const error = { code: 'DigestMismatch', origin: 'upstream', message: 'The digest is wrong.' } as const;
const interrupted = { code: 'Interrupted', origin: 'system', message: 'Stopped by SIGINT.' } as const;

const STORY: readonly Reported[] = [
  { kind: 'ProviderCheckStarted', address: about.address, requested: '~> 5.0' },
  { kind: 'ProviderVersionResolved', ...about, requested: '~> 5.0' },
  { kind: 'SigningKeyAdded', ...about, keyId: 'ABCD' },
  { kind: 'PackageTransferStarted', ...about, filename: 'aws.zip' },
  { kind: 'PackageTransferProgressed', ...about, bytes: 1_000_000, size: 2_000_000 },
  { kind: 'PackageTransferRestarted', ...about, side: 'download', reason: 'connection lost' },
  { kind: 'RequestRetried', target: 'the versions of aws', attempt: 2, reason: '503' },
  { kind: 'PackageTransferFinished', ...about, bytes: 2_000_000, sha256: 'ab' },
  { kind: 'ProviderVersionPublished', ...about, signedBy: 'ABCD', bytes: 2_000_000 },
];

const LINES = [
  'hashicorp/aws: "~> 5.0" is 5.100.0',
  'hashicorp/aws 5.100.0: signing key ABCD added to the organization',
  'hashicorp/aws 5.100.0 linux_amd64: download broke (connection lost), going on',
  'the versions of aws: 503; attempt 2 follows',
  'hashicorp/aws 5.100.0 linux_amd64: 2 MB in 500 ms (4 MB/s)',
  'hashicorp/aws 5.100.0: published, signed by ABCD',
];

/** Half a second passes between any two readings. */
function steppingClock(): () => number {
  let now = 0;
  return () => (now += 500);
}

/** The clock is read at the start, and once at the start of a transfer and once at its end. */
function lineDisplay(events: readonly Reported[]): string {
  const stderr = recordingOutput();
  using display = createProgressDisplay(
    { ...recordingIo(), stderr, monotonic: steppingClock() },
    { quiet: false },
  );
  for (const event of events) reportTo(display, event);
  return stderr.text();
}

describe('progress', () => {
  it('is a plain line for each thing that happened where there is no terminal', () => {
    expect(lineDisplay(STORY)).toBe(`${LINES.join('\n')}\n`);
  });

  it('is told of a failed package and its provider, of a stopped one once', () => {
    const failed = (report: typeof error | typeof interrupted): readonly Reported[] => [
      { kind: 'PackageTransferFailed', ...about, error: report },
      { kind: 'ProviderSyncFailed', ...about, error: report },
    ];
    expect(lineDisplay(failed(error))).toBe(
      'hashicorp/aws 5.100.0 linux_amd64: The digest is wrong.\nhashicorp/aws: failed (DigestMismatch)\n',
    );
    expect(lineDisplay(failed(interrupted))).toBe('hashicorp/aws: stopped\n');
  });

  it('is nothing when quiet', () => {
    const stderr = recordingOutput({ isTerminal: true, columns: 80 });
    using display = createProgressDisplay({ ...recordingIo(), stderr }, { quiet: true });
    for (const event of STORY) reportTo(display, event);
    expect(stderr.text()).toBe('');
  });

  it('on a terminal shows the same lines and leaves none behind when it ends', () => {
    const { stderr, drawn: written } = terminal();
    {
      using display = createProgressDisplay(
        { ...recordingIo(), stderr, monotonic: () => 0 },
        { quiet: false },
      );
      for (const event of STORY) reportTo(display, event);
    }
    const drawn = stripVTControlCharacters(written());
    for (const line of LINES.filter((line) => !line.includes(' in '))) expect(drawn).toContain(line);
  });
});

describe('a log', () => {
  it('says every ten seconds how far the run is, whatever else happens', () => {
    const stderr = recordingOutput();
    const beats: { milliseconds: number; tick: () => void }[] = [];
    let stopped = false;
    let now = 0;
    const every = (milliseconds: number, tick: () => void) => {
      beats.push({ milliseconds, tick });
      return () => {
        stopped = true;
      };
    };
    {
      using display = createProgressDisplay(
        { ...recordingIo(), stderr, monotonic: () => now, every },
        { quiet: false },
      );
      const [beat] = beats;
      expect(beat?.milliseconds).toBe(10_000);
      now = 10_000;
      beat?.tick();
      reportTo(display, { kind: 'PackageTransferStarted', ...about, filename: 'aws.zip' });
      reportTo(display, { kind: 'PackageTransferProgressed', ...about, bytes: 1_000_000, size: 2_000_000 });
      now = 20_000;
      beat?.tick();
    }
    expect(stderr.text()).toBe(
      [
        'still reading (running for 10.0 s)\n',
        '0 of 1 package, 1 MB of 2 MB, 100 kB/s, 10.0 s left (running for 20.0 s)\n',
      ].join(''),
    );
    expect(stopped).toBe(true);
  });
});

describe('events for programs', () => {
  it('are a JSON document a line on stdout, and nothing on stderr', () => {
    const [stdout, stderr] = [recordingOutput(), recordingOutput({ isTerminal: true })];
    using display = createProgressDisplay(
      { ...recordingIo(), stdout, stderr, monotonic: steppingClock() },
      { quiet: false, jsonLines: true },
    );
    for (const event of STORY) reportTo(display, event);
    const lines = stdout.text().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ format_version: '1.0', type: 'event', elapsedMs: 500, event: STORY[1] }),
      ...[STORY[2], STORY[7], STORY[8]].map((event) => expect.objectContaining({ event })),
    ]);
    expect(stderr.text()).toBe('');
  });
});

/** A terminal of 80 columns and what is drawn on it. */
function terminal(rows = 24) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows });
  const stderr = recordingOutput({
    isTerminal: true,
    columns: 80,
    stream,
    write: (text) => void stream.write(text),
  });
  return { stderr, drawn: () => String(stream.read() ?? '') };
}

describe('a small terminal', () => {
  it.each([3, 9, 24])('of %d rows never gets more bars than it has rows, and a line about all', (rows) => {
    const { stderr, drawn } = terminal(rows);
    using display = createProgressDisplay({ ...recordingIo(), stderr, monotonic: () => 0 }, { quiet: false });
    const packages = Array.from({ length: 30 }, (_, index) => ({
      ...about,
      platform: { os: 'linux', arch: `arch${String(index).padStart(2, '0')}` },
    }));
    for (const each of packages) {
      reportTo(display, { kind: 'PackageTransferStarted', ...each, filename: 'aws.zip' });
    }
    for (const [index, each] of packages.slice(0, 20).entries()) {
      drawn();
      // A package that ends is drawn at once, with those that have a bar now.
      reportTo(display, { kind: 'PackageTransferEnded', ...each });
      const frame = stripVTControlCharacters(drawn());
      const bars = frame.split('\n').filter((line) => line.includes('linux_arch'));
      expect(bars.length).toBeLessThanOrEqual(Math.max(1, rows - 2));
      expect(frame.split('\n').length).toBeLessThanOrEqual(rows);
      expect(frame).toContain(`${index + 1} of 30 packages`);
    }
  });
});

describe('a run that is stopped', () => {
  it('loses its bars at once, and what follows stands on lines of its own', () => {
    const { stderr, drawn } = terminal();
    const run = new AbortController();
    const io = { ...recordingIo(), stderr, monotonic: () => 0 };
    using display = createProgressDisplay(io, { quiet: false }, run.signal);
    reportTo(display, { kind: 'PackageTransferStarted', ...about, filename: 'aws.zip' });
    reportTo(display, { kind: 'PackageTransferProgressed', ...about, bytes: 1, size: 2 });
    drawn();
    run.abort();
    const cleared = drawn();
    expect(cleared.endsWith('\u001B[0J')).toBe(true);

    reportTo(display, { kind: 'PackageTransferStarted', ...about, filename: 'aws.zip' });
    reportTo(display, { kind: 'ProviderSyncFailed', ...about, error: interrupted });

    expect(drawn()).toBe('hashicorp/aws: stopped\n');
  });
});

describe('a bar', () => {
  const bar = { name: 'hashicorp/aws 5.100.0 linux_amd64', done: 5_000_000, size: 10_000_000, elapsed: 1000 };

  it('shows name, share, size and rate', () => {
    expect(formatBar(bar, 79)).toBe(
      'hashicorp/aws 5.100.0 linux_amd64       ━━━━━━╌╌╌╌╌╌  50%      5 MB      5 MB/s',
    );
  });

  it.each([20, 40, 60, 79, 119])('fits %d columns, whatever its name, and ends in its numbers', (columns) => {
    const name = 'registry.opentofu.org/hashicorp/very-long-provider-name 5.100.0 linux_amd64';
    for (const size of [undefined, 0, 10_000_000]) {
      expect(formatBar({ ...bar, name, size }, columns).length).toBeLessThanOrEqual(columns);
    }
  });

  it('shows no share while the size is not known', () => {
    expect(formatBar({ ...bar, size: undefined }, 79)).not.toMatch(/%|━/);
  });
});

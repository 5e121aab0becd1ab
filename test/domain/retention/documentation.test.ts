import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUpstreamListing, readWishes } from '../../../src/application/cleanup/wishes.ts';
import {
  parseRequestedVersion,
  type RequestedVersion,
} from '../../../src/domain/provider/requested-version.ts';
import { checkBrake } from '../../../src/domain/retention/brake.ts';
import type { ProviderWishes } from '../../../src/domain/retention/decide.ts';
import type { ListedVersion } from '../../../src/domain/retention/listed.ts';
import { parseRetentionPolicy, type RetentionSetting } from '../../../src/domain/retention/policy.ts';
import { type DeleteReason, type KeepReason, keep, remove } from '../../../src/domain/retention/reasons.ts';
import { available, entry, NO_MATCH } from '../../application/cleanup/world.ts';
import { constraint, daysAgo, decide, deletedOf, listed } from './listings.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/retention.md'), 'utf8');

/** The rows, without its head, of the table whose head starts with these cells. */
function table(...head: readonly string[]): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head.join(' | ')} |`));
  const rows = lines.slice(start + 2, lines.indexOf('', start));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const SETTINGS: Readonly<Record<string, RetentionSetting>> = {
  keep: 'keep',
  'keep majors': 'keepMajors',
  'minimum age': 'minimumAgeDays',
  'remove incomplete': 'incompleteOlderThanDays',
  scope: 'scope',
  'maximum share': 'maxShare',
  'maximum count': 'maxCount',
};

const RETAIN = 'retain ';
const UPSTREAM = 'public registry has ';

function readSettings(cell: string): Partial<Record<RetentionSetting, string>> {
  const settings: Partial<Record<RetentionSetting, string>> = {};
  for (const part of cell.split(', ')) {
    const [, name = '', value = ''] = /^(.+) (\S+)$/.exec(part) ?? [];
    const setting = SETTINGS[name];
    if (!setting) throw new Error(`the document has an unknown setting: ${part}`);
    settings[setting] = value;
  }
  return settings;
}

async function wishesOf(cell: string): Promise<ProviderWishes> {
  const parts = cell === 'not named' ? [] : cell.split('; ');
  const after = (start: string) =>
    parts.flatMap((part) => (part.startsWith(start) ? [part.slice(start.length)] : []));
  const [upstream] = after(UPSTREAM);
  const requests = parts.filter((part) => !part.startsWith(RETAIN) && !part.startsWith(UPSTREAM));
  const retain = after(RETAIN).map(constraint);
  const entries = requests.map((text) => entry('aws', { requested: readRequest(text), retain }));
  const listVersions = async () => available(upstream?.split(', ') ?? NO_MATCH);
  return await readWishes(createUpstreamListing({ listVersions }), entries);
}

function readRequest(text: string): RequestedVersion {
  const parsed = parseRequestedVersion(text);
  if (!('requested' in parsed)) throw new Error(`the document asks for ${text}`);
  return parsed.requested;
}

function readListed(cell: string): readonly ListedVersion[] {
  return [...cell.matchAll(/([^\s,()]+)(?: \(([^)]*)\))?/g)].map(([, text = '', remarks = '']) => {
    const days = /(\d+) days/.exec(remarks);
    return listed(text, {
      ...(remarks.includes('incomplete') && { shasumsUploaded: false }),
      ...(remarks.includes('files unknown') && { shasumsUploaded: undefined }),
      ...(days && { createdAt: daysAgo(Number(days[1])) }),
      ...(remarks.includes('age unknown') && { createdAt: undefined }),
    });
  });
}

describe('docs/retention.md', () => {
  const examples = table('settings', 'config', 'in the private registry', 'deleted');

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(30);
  });

  it.each(examples)(
    'tells the truth: with %s and %s, of %s cleanup deletes %s',
    async (settings, wishes, versions, deleted) => {
      const policy = parseRetentionPolicy(readSettings(settings ?? ''));
      const decisions = decide(readListed(versions ?? ''), { policy, ...(await wishesOf(wishes ?? '')) });
      const expected = deleted === 'nothing' ? [] : (deleted ?? '').split(', ');
      expect([...deletedOf(decisions)].sort()).toEqual([...expected].sort());
    },
  );

  it('gives every setting its default', () => {
    const given = Object.fromEntries(
      table('setting', 'default').map(([name = '', value]) => [SETTINGS[name], value]),
    );
    const { brake, ...defaults } = parseRetentionPolicy({});
    const all = Object.entries({ ...defaults, ...brake }).map(([name, value]) => [
      name,
      String(value ?? 'off'),
    ]);
    expect(given).toEqual(Object.fromEntries(all));
  });

  it('explains every reason to keep, and every reason to delete', () => {
    const code = (cell = '') => cell.replaceAll('`', '');
    expect(
      table('rule', 'reason', 'kept')
        .map(([, reason]) => code(reason))
        .sort(),
    ).toEqual(Object.keys(KEEP_REASONS).sort());
    expect(
      table('reason', 'deleted')
        .map(([reason]) => code(reason))
        .sort(),
    ).toEqual(Object.keys(DELETE_REASONS).sort());
  });

  it.each(table('would delete', 'maximum share'))(
    'tells the truth about the brake: %s under the share %s and the count %s %s',
    (loads = '', maxShare = '', maxCount = '', outcome) => {
      const providers = [...loads.matchAll(/(\d+) of (\d+)/g)].map(([, deletions, of], index) => ({
        provider: `p${index}`,
        decisions: Array.from({ length: Number(of) }, (_, at) => ({
          version: `1.0.${at}`,
          ...(at < Number(deletions) ? remove('beyond-newest-stable', '') : keep('among-newest-stable', '')),
        })),
      }));
      const { brake } = parseRetentionPolicy({ maxShare, maxCount });
      expect(checkBrake(providers, brake) === undefined ? 'goes on' : 'stops').toBe(outcome);
    },
  );
});

// Records, so that a new reason does not compile until it is named here and explained in the document.
const KEEP_REASONS: Record<KeepReason, true> = {
  unreadable: true,
  requested: true,
  retained: true,
  'newest-stable': true,
  'among-newest-stable': true,
  'among-newest-prereleases': true,
  'fills-up': true,
  'newest-of-major': true,
  'younger-than-minimum-age': true,
  'creation-date-unknown': true,
  incomplete: true,
  'completeness-unknown': true,
  'origin-unknown': true,
};

const DELETE_REASONS: Record<DeleteReason, true> = {
  'beyond-newest-stable': true,
  'beyond-newest-prereleases': true,
  'superseded-prerelease': true,
  'incomplete-too-long': true,
};

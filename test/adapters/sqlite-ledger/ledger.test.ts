import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteLedger } from '../../../src/adapters/sqlite-ledger/ledger.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { verifyChain } from '../../../src/domain/ledger/chain.ts';
import type { Head } from '../../../src/domain/ledger/entry.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import { describeLedgerContract, sighted } from '../../contract/ledger.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

describeLedgerContract('SQLite', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ledger-'));
  const opened: Ledger[] = [];
  return {
    open: async (clock) => {
      const ledger = await openSqliteLedger({
        file: path.join(folder, 'ledger.sqlite'),
        clock,
        hash: hashText,
      });
      opened.push(ledger);
      return ledger;
    },
    [Symbol.asyncDispose]: async () => {
      for (const ledger of opened) await ledger.close().catch(() => {});
      await rm(folder, { recursive: true });
    },
  };
});

const newFolder = temporaryFolders();
const clock = fixedClock(new Date('2026-08-01T00:00:00Z'));
const A = 'registry.terraform.io/acme/anvil';
const B = 'registry.terraform.io/acme/bolt';

async function verdict(ledger: Ledger, heads?: ReadonlyMap<string, Head>) {
  const verifier = verifyChain(hashText, heads);
  for await (const entry of ledger.entries()) verifier.take(entry);
  return verifier.finish().problems.map(({ seq, what }) => `${seq}:${what}`);
}

describe('the file of a ledger', () => {
  it('is made with its folder, for its owner alone', async () => {
    const file = path.join(await newFolder(), 'state', 'provider-sync', 'ledger.sqlite');
    await using ledger = disposing(await openSqliteLedger({ file, clock, hash: hashText }));
    await ledger.append([sighted(A, '1.0.0')]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  });

  it('is not made by who only reads', async () => {
    const file = path.join(await newFolder(), 'ledger.sqlite');
    const opened = openSqliteLedger({ file, clock, hash: hashText, mustExist: true });
    await expect(opened).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is told of when it is no ledger, cannot be made, or is of a newer program', async () => {
    const folder = await newFolder();
    const text = path.join(folder, 'text');
    await writeFile(text, 'not a database, and longer than a header of one would be: '.repeat(20));
    const open = (file: string) => openSqliteLedger({ file, clock, hash: hashText });
    await expect(open(text)).rejects.toMatchObject({ code: 'ServiceUnreachable' });
    await expect(open(path.join(text, 'below'))).rejects.toMatchObject({ code: 'SettingsInvalid' });
    const newer = path.join(folder, 'newer');
    new DatabaseSync(newer).exec('PRAGMA user_version = 99');
    await expect(open(newer)).rejects.toThrow(/its version is 99/);
  });

  it('lets nobody change or remove an entry by accident', async () => {
    const file = path.join(await newFolder(), 'ledger.sqlite');
    await using ledger = disposing(await openSqliteLedger({ file, clock, hash: hashText }));
    await ledger.append([sighted(A, '1.0.0')]);
    const other = new DatabaseSync(file);
    expect(() => other.exec("UPDATE entries SET event = '{}'")).toThrow(/never changed/);
    expect(() => other.exec('DELETE FROM entries')).toThrow(/never removed/);
    other.close();
  });
});

function disposing<T extends { close(): Promise<void> }>(ledger: T): T & AsyncDisposable {
  return { ...ledger, [Symbol.asyncDispose]: () => ledger.close() };
}

/** Ways to rewrite history for somebody who owns the file. `anchor`: only heads that were kept elsewhere show it. */
const TAMPERINGS: readonly (readonly [name: string, sql: string, anchor?: true])[] = [
  [
    'an event changed',
    "UPDATE entries SET event = replace(event, '1.0.2', '6.6.6') WHERE seq = 3 AND stream = 1",
  ],
  [
    'a time of receipt set back',
    "UPDATE entries SET event = replace(event, '2026-08-01', '2026-07-01') WHERE seq = 1",
  ],
  ['an event that is no JSON any more', "UPDATE entries SET event = 'x' WHERE seq = 2"],
  ['a hash changed', "UPDATE entries SET hash = x'00' WHERE seq = 3"],
  ['an entry removed', 'DELETE FROM entries WHERE seq = 2 AND stream = 1'],
  ['the first entry removed', 'DELETE FROM entries WHERE seq = 1 AND stream = 1'],
  [
    'an entry removed and the numbers closed up',
    'DELETE FROM entries WHERE seq = 2 AND stream = 1; UPDATE entries SET seq = seq - 1 WHERE seq > 2 AND stream = 1',
  ],
  [
    'two entries exchanged',
    'UPDATE entries SET seq = -1 WHERE seq = 2 AND stream = 1; UPDATE entries SET seq = 2 WHERE seq = 3 AND stream = 1; UPDATE entries SET seq = 3 WHERE seq = -1 AND stream = 1',
  ],
  ['an entry moved to another stream', 'UPDATE entries SET stream = 2, seq = 9 WHERE seq = 5 AND stream = 1'],
  ['a stream renamed', "UPDATE streams SET name = 'registry.terraform.io/acme/nail' WHERE id = 1"],
  [
    'an entry repeated',
    "INSERT INTO entries SELECT NULL, stream, 6, x'01', contents, type, version, digest, received, previous, hash, event FROM entries WHERE seq = 5 AND stream = 1",
  ],
  [
    'the end cut off',
    'DELETE FROM entries WHERE seq > 3 AND stream = 1; UPDATE streams SET seq = 3, hash = (SELECT hash FROM entries WHERE seq = 3 AND stream = 1) WHERE id = 1',
    true,
  ],
  ['a whole stream gone', 'DELETE FROM entries WHERE stream = 1; DELETE FROM streams WHERE id = 1', true],
];

describe('history rewritten in the file', () => {
  it.each(TAMPERINGS.map(([name, sql, anchor = false]) => ({ name, sql, anchor })))(
    'shows $name',
    async ({ sql, anchor }) => {
      const file = path.join(await newFolder(), 'ledger.sqlite');
      await using ledger = disposing(await openSqliteLedger({ file, clock, hash: hashText }));
      await ledger.append([0, 1, 2, 3, 4].map((patch) => sighted(A, `1.0.${patch}`)));
      await ledger.append([0, 1].map((patch) => sighted(B, `1.0.${patch}`)));
      const heads = await ledger.heads();
      expect(await verdict(ledger, heads)).toEqual([]);
      const owner = new DatabaseSync(file);
      owner.exec('DROP TRIGGER entries_stay; DROP TRIGGER entries_keep');
      owner.exec(sql);
      owner.close();
      expect((await verdict(ledger)).length > 0).toBe(!anchor);
      expect(await verdict(ledger, heads)).not.toEqual([]);
    },
  );

  it('shows a stream that was written anew with its first sight set back', async () => {
    const folder = await newFolder();
    const open = (name: string, at: string) =>
      openSqliteLedger({ file: path.join(folder, name), clock: fixedClock(new Date(at)), hash: hashText });
    await using honest = disposing(await open('honest', '2026-08-01T00:00:00Z'));
    await honest.append([sighted(A, '1.0.0'), sighted(A, '1.0.1')]);
    await using forged = disposing(await open('forged', '2026-07-01T00:00:00Z'));
    await forged.append([sighted(A, '1.0.0'), sighted(A, '1.0.1')]);
    expect(await verdict(forged)).toEqual([]);
    expect(await verdict(forged, await honest.heads())).toEqual(['2:anchor']);
  });
});

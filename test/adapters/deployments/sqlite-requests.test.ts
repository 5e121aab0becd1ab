import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteRequests } from '../../../src/adapters/sqlite-deployments/requests.ts';
import { openSqliteLedger } from '../../../src/adapters/sqlite-ledger/ledger.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import type { DeploymentRequests } from '../../../src/ports/deployment-requests.ts';
import { describeRequestsContract } from '../../contract/deployment-requests.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const newFolder = temporaryFolders();

describeRequestsContract('SQLite', async () => {
  const file = join(await newFolder(), 'requests.sqlite');
  const opened: DeploymentRequests[] = [];
  return {
    open: async () => {
      const table = await openSqliteRequests({ file });
      opened.push(table);
      return table;
    },
    putRow: async (row) => {
      const database = new DatabaseSync(file);
      database
        .prepare('INSERT INTO requests (id, status, updated, revision, body) VALUES (?, ?, ?, 1, ?)')
        .run(row.id, row.status, row.updatedAt, JSON.stringify(row));
      database.close();
    },
    [Symbol.asyncDispose]: async () => {
      for (const table of opened) await table.close();
    },
  };
});

describe('a table of deployments in SQLite', () => {
  it('names a row whose body is no JSON', async () => {
    const file = join(await newFolder(), 'requests.sqlite');
    const table = await openSqliteRequests({ file });
    const database = new DatabaseSync(file);
    database.exec("INSERT INTO requests VALUES ('torn', 'FAILED', '', 1, '{\"id\":')");
    database.close();
    expect(await table.list('FAILED', 10)).toEqual({
      requests: [],
      unreadable: [{ id: 'torn', problems: [{ path: '$', message: 'is no JSON' }] }],
    });
    await expect(table.read('torn')).rejects.toMatchObject({ code: 'DeploymentInvalid' });
    await table.close();
  });

  it('is not made by who only reads, and is no ledger', async () => {
    const folder = await newFolder();
    await expect(
      openSqliteRequests({ file: join(folder, 'no.sqlite'), mustExist: true }),
    ).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
      message: expect.stringContaining('There is no table of deployments at'),
    });
    const file = join(folder, 'ledger.sqlite');
    const ledger = await openSqliteLedger({ file, clock: fixedClock(new Date(0)), hash: hashText });
    await ledger.close();
    await expect(openSqliteRequests({ file })).rejects.toThrow(/requests|table/);
  });
});

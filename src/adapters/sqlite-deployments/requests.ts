import type { SQLOutputValue } from 'node:sqlite';
import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { readRow } from '../../domain/deployment-request/schema.ts';
import type { UnreadableRow } from '../../domain/deployment-request/unreadable.ts';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentRequests } from '../../ports/deployment-requests.ts';
import { type DatabaseKind, failing as failingFor, openDatabase } from '../sqlite/database.ts';

const REQUESTS: DatabaseKind = {
  name: 'table of deployments',
  version: 1,
  origin: 'The first "provider-sync deployments request" makes it; name another with --requests FILE.',
  schema: `
CREATE TABLE requests (
  id TEXT PRIMARY KEY, status TEXT NOT NULL, updated TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX by_status ON requests (status, updated);
PRAGMA user_version = 1;
`,
};

/** The table in one SQLite file on a local disk; several processes may have it open. A write is on the disk when it resolves. */
export async function openSqliteRequests(options: {
  readonly file: string;
  /** Makes nothing: for commands that only read. */
  readonly mustExist?: boolean;
}): Promise<DeploymentRequests> {
  const { file, mustExist = false } = options;
  const database = await openDatabase(REQUESTS, file, { mustExist });
  const failing = <T>(work: () => T): Promise<T> => failingFor(REQUESTS, file, work);
  const insert = database.prepare(
    'INSERT INTO requests (id, status, updated, revision, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const update = database.prepare(
    'UPDATE requests SET status = ?, updated = ?, revision = ?, body = ? WHERE id = ? AND revision = ?',
  );
  const select = database.prepare('SELECT body FROM requests WHERE id = ?');
  const byStatus = {
    'oldest-first': database.prepare('SELECT id, body FROM requests WHERE status = ? ORDER BY updated, id'),
    'newest-first': database.prepare(
      'SELECT id, body FROM requests WHERE status = ? ORDER BY updated DESC, id DESC',
    ),
  };
  return {
    location: file,
    create: (request) =>
      failing(() => {
        const { id, status, updatedAt, revision } = request;
        return insert.run(id, status, updatedAt, revision, JSON.stringify(request)).changes > 0;
      }),
    read: (id) =>
      failing(() => {
        const found = select.get(id);
        return found && requestOf(found['body']);
      }),
    replace: (request, seen) =>
      failing(() => {
        const { id, status, updatedAt, revision } = request;
        return update.run(status, updatedAt, revision, JSON.stringify(request), id, seen).changes > 0;
      }),
    list: (status, limit, order = 'oldest-first') =>
      failing(() => {
        const requests: DeploymentRequest[] = [];
        const unreadable: UnreadableRow[] = [];
        for (const { id, body } of byStatus[order].iterate(status)) {
          const row = readBody(body);
          if ('request' in row) requests.push(row.request);
          else if (unreadable.length < limit) unreadable.push({ id: String(id), ...row });
          if (requests.length >= limit) break;
        }
        return { requests, unreadable };
      }),
    close: async () => database.close(),
  };
}

function requestOf(body: SQLOutputValue | undefined): DeploymentRequest {
  const read = readBody(body);
  if ('request' in read) return read.request;
  throw new SyncError('DeploymentInvalid', 'A row of the table of deployments is no request.', read);
}

function readBody(body: SQLOutputValue | undefined): ReturnType<typeof readRow> {
  try {
    return readRow(JSON.parse(String(body)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problems: [{ path: '$', message: 'is no JSON' }] };
  }
}

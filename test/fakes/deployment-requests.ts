import { readRow } from '../../src/domain/deployment-request/schema.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { DeploymentRequests } from '../../src/ports/deployment-requests.ts';

interface StoredRow {
  readonly status: string;
  readonly updatedAt: string;
}

/** A table in memory; every call gives others the chance to come in between, as a request does. */
export function createFakeRequests(rows = new Map<string, string>()): DeploymentRequests {
  const turn = () => new Promise(setImmediate);
  const rowOf = (id: string) => {
    const text = rows.get(id);
    if (text === undefined) return undefined;
    const row = readRow(JSON.parse(text));
    if ('request' in row) return row.request;
    throw new SyncError('DeploymentInvalid', 'A row of the table of deployments is no request.', row);
  };
  return {
    location: 'memory',
    create: async (request) => {
      await turn();
      if (rows.has(request.id)) return false;
      rows.set(request.id, JSON.stringify(request));
      return true;
    },
    read: async (id) => {
      await turn();
      return rowOf(id);
    },
    replace: async (request, seen) => {
      await turn();
      if (rowOf(request.id)?.revision !== seen) return false;
      rows.set(request.id, JSON.stringify(request));
      return true;
    },
    list: async (status, limit, order = 'oldest-first') => {
      await turn();
      const found = [...rows]
        .map(([id, text]) => ({ id, value: JSON.parse(text) as StoredRow }))
        .filter(({ value }) => value.status === status)
        .toSorted((a, b) => (`${a.value.updatedAt} ${a.id}` < `${b.value.updatedAt} ${b.id}` ? -1 : 1))
        .map(({ id, value }) => ({ id, ...readRow(value) }));
      if (order === 'newest-first') found.reverse();
      return {
        requests: found.flatMap((row) => ('request' in row ? [row.request] : [])).slice(0, limit),
        unreadable: found.filter((row) => 'problems' in row).slice(0, limit),
      };
    },
    close: async () => {},
  };
}

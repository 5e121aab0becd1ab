import type { DeploymentRequest } from '../../src/domain/deployment-request/request.ts';
import type { DeploymentRequests } from '../../src/ports/deployment-requests.ts';

/** A table in memory; every call gives others the chance to come in between, as a request does. */
export function createFakeRequests(): DeploymentRequests {
  const rows = new Map<string, string>();
  const turn = () => new Promise(setImmediate);
  const rowOf = (id: string) => {
    const text = rows.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as DeploymentRequest);
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
    list: async (status, limit) => {
      await turn();
      return [...rows.keys()]
        .flatMap((id) => rowOf(id) ?? [])
        .filter((row) => row.status === status)
        .toSorted((a, b) => (`${a.updatedAt} ${a.id}` < `${b.updatedAt} ${b.id}` ? -1 : 1))
        .slice(0, limit);
    },
    close: async () => {},
  };
}

import { describeRequestsContract } from '../contract/deployment-requests.ts';
import { createFakeRequests } from './deployment-requests.ts';

describeRequestsContract('the fake', async () => {
  const rows = new Map<string, string>();
  const table = createFakeRequests(rows);
  return {
    open: async () => table,
    putRow: async (row) => void rows.set(row.id, JSON.stringify(row)),
    [Symbol.asyncDispose]: async () => {},
  };
});

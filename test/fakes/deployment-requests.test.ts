import { describeRequestsContract } from '../contract/deployment-requests.ts';
import { createFakeRequests } from './deployment-requests.ts';

describeRequestsContract('the fake', async () => {
  const table = createFakeRequests();
  return { open: async () => table, [Symbol.asyncDispose]: async () => {} };
});

import { describe, expect, it } from 'vitest';
import { createFolderKinds } from '../../../src/adapters/folder-deployments/kinds.ts';
import { sweepPending } from '../../../src/application/deployments/sweep.ts';
import { newRequest } from '../../../src/domain/deployment-request/life-cycle.ts';
import { createFakeRequests } from '../../fakes/deployment-requests.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 7, 1, 8, minute)).toISOString();

describe('the sweep of pending requests', () => {
  it('starts the old ones, though a row before them is no request, and leaves the young ones to the stream', async () => {
    const rows = new Map([
      ['odd', JSON.stringify({ id: 'odd', status: 'PENDING_DEPLOY', updatedAt: at(0) })],
    ]);
    const requests = createFakeRequests(rows);
    const wish = { kind: 'example', inputs: { folder: '/srv' }, requestedBy: 'ada', approval: false };
    await requests.create(newRequest({ ...wish, id: 'old' }, at(1)));
    await requests.create(newRequest({ ...wish, id: 'young' }, at(58)));
    const started: string[] = [];
    const swept = await sweepPending(
      {
        requests,
        clock: { now: () => new Date(at(60)), monotonic: () => 0 },
        kinds: createFolderKinds('terraform/kinds'),
        workflows: {
          start: async ({ id }) => {
            started.push(id);
            return 'running';
          },
        },
      },
      { minutes: 5, limit: 100, signal: new AbortController().signal },
    );
    expect(started).toEqual(['old']);
    expect(swept).toEqual([{ id: 'old', what: 'started' }]);
    expect(JSON.parse(rows.get('odd') ?? '')).toEqual({
      id: 'odd',
      status: 'PENDING_DEPLOY',
      updatedAt: at(0),
    });
  });
});

import { describe, expect, it } from 'vitest';
import { decide, newRequest } from '../../src/domain/deployment-request/life-cycle.ts';
import type { DeploymentRequest } from '../../src/domain/deployment-request/request.ts';
import type { DeploymentRequests } from '../../src/ports/deployment-requests.ts';

interface ForeignRow extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly status: string;
  readonly updatedAt: string;
}

export interface RequestsSubject extends AsyncDisposable {
  /** One more way to the same rows, as another process has it. */
  open(): Promise<DeploymentRequests>;
  /** Puts a row there as another program would, past the adapter. */
  putRow(row: ForeignRow): Promise<void>;
}

const at = (minute: number): string => new Date(Date.UTC(2026, 7, 1, 8, minute)).toISOString();

function requestNamed(id: string, minute = 0): DeploymentRequest {
  const inputs = {
    folder: '/srv/notes',
    names: ['a', 'b'],
    seconds: 0.5,
    deep: { list: [{ on: true, off: null }] },
  };
  return newRequest({ id, kind: 'example', inputs, requestedBy: 'ada', approval: true }, at(minute));
}

function begun(request: DeploymentRequest, runner = 'r1'): DeploymentRequest {
  const { generation } = request;
  const decision = decide(
    request,
    { kind: 'Begun', generation, runner: { runner, host: 'h', pid: 7 } },
    at(1),
  );
  if (decision.kind !== 'changed') throw new Error(decision.kind);
  return decision.request;
}

/** What every table of deployment requests keeps to. */
export function describeRequestsContract(name: string, makeSubject: () => Promise<RequestsSubject>): void {
  describe(`${name} as a table of deployment requests`, () => {
    it('gives back what was written, by every way to it', async () => {
      await using subject = await makeSubject();
      const [one, other] = [await subject.open(), await subject.open()];
      const request = requestNamed('web');
      expect(await one.read('web')).toBeUndefined();
      expect(await one.create(request)).toBe(true);
      expect(await other.read('web')).toEqual(JSON.parse(JSON.stringify(request)));
      expect(await other.replace(begun(request), 1)).toBe(true);
      expect(await one.read('web')).toEqual(JSON.parse(JSON.stringify(begun(request))));
    });

    it('makes a request of an id once', async () => {
      await using subject = await makeSubject();
      const table = await subject.open();
      expect(await table.create(requestNamed('web'))).toBe(true);
      expect(await table.create({ ...requestNamed('web'), kind: 'other' })).toBe(false);
      expect((await table.read('web'))?.kind).toBe('example');
    });

    it('writes nothing for who has seen an older revision, or of what is not there', async () => {
      await using subject = await makeSubject();
      const table = await subject.open();
      const request = requestNamed('web');
      expect(await table.replace(begun(request), 1)).toBe(false);
      expect(await table.read('web')).toBeUndefined();
      await table.create(request);
      expect(await table.replace(begun(request), 1)).toBe(true);
      expect(await table.replace(begun(request, 'r2'), 1)).toBe(false);
      expect(await table.replace(begun(request, 'r2'), 3)).toBe(false);
      expect((await table.read('web'))?.run?.runner).toBe('r1');
    });

    it('lets one of many win who saw the same', async () => {
      await using subject = await makeSubject();
      const tables = await Promise.all(Array.from({ length: 4 }, () => subject.open()));
      const request = requestNamed('web');
      await tables[0]?.create(request);
      const won = await Promise.all(
        tables.map((table, index) => table.replace(begun(request, `r${index}`), 1)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('lists the first of what is in one state, from either end', async () => {
      await using subject = await makeSubject();
      const table = await subject.open();
      for (const [id, minute] of [
        ['late', 9],
        ['early', 1],
        ['mid', 5],
      ] as const)
        await table.create(requestNamed(id, minute));
      const moved = requestNamed('mid', 5);
      await table.replace(begun(moved), 1);
      const ids = async (
        status: 'PENDING_DEPLOY' | 'DEPLOYING' | 'DESTROYED',
        limit: number,
        order?: Parameters<DeploymentRequests['list']>[2],
      ) => (await table.list(status, limit, order)).requests.map(({ id }) => id);
      expect(await ids('PENDING_DEPLOY', 10)).toEqual(['early', 'late']);
      expect(await ids('PENDING_DEPLOY', 1)).toEqual(['early']);
      expect(await ids('DEPLOYING', 10)).toEqual(['mid']);
      expect(await ids('PENDING_DEPLOY', 10, 'newest-first')).toEqual(['late', 'early']);
      expect(await ids('PENDING_DEPLOY', 1, 'newest-first')).toEqual(['late']);
      expect(await ids('DESTROYED', 10)).toEqual([]);
    });

    it('lets no unreadable row hide the others, or take their place', async () => {
      await using subject = await makeSubject();
      const table = await subject.open();
      const status = 'PENDING_DEPLOY';
      await subject.putRow({ id: 'no-kind', status, updatedAt: at(0), requestedBy: 'eve' });
      await table.create(requestNamed('first', 1));
      await subject.putRow({ id: 'No Id!', status, updatedAt: at(2), kind: 'example', requestedBy: 'eve' });
      await table.create(requestNamed('last', 3));
      const listed = await table.list(status, 10);
      expect(listed.requests.map(({ id }) => id)).toEqual(['first', 'last']);
      expect(listed.unreadable).toEqual([
        { id: 'no-kind', problems: [expect.objectContaining({ path: '$.kind' })] },
        { id: 'No Id!', problems: [{ path: '$.id', message: 'is no id of a deployment' }] },
      ]);
      expect((await table.list(status, 1)).requests.map(({ id }) => id)).toEqual(['first']);
      expect(await table.list('DEPLOYED', 10)).toEqual({ requests: [], unreadable: [] });
      await expect(table.read('no-kind')).rejects.toMatchObject({ code: 'DeploymentInvalid' });
    });
  });
}

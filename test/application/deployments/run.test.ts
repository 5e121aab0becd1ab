import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approvePlan,
  askDestroy,
  askRetry,
  cancelDeployment,
  requestDeployment,
} from '../../../src/application/deployments/requests.ts';
import { verifyLedger } from '../../../src/application/ledger/heads.ts';
import type { Terraform } from '../../../src/ports/terraform.ts';
import {
  type DeploymentWorld,
  makeDeploymentWorld,
  makeNotesMirror,
} from '../../support/deployments/world.ts';
import { terraformIsHere } from '../../support/terraform.ts';

let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
const newWorld = (): Promise<DeploymentWorld> => makeDeploymentWorld(mirror);

/** Notes every call: each starts the providers again, which is what a run costs beside what it makes. */
function countingCalls(terraform: Terraform, calls: string[]): Terraform {
  return {
    ...terraform,
    open: async (id, files) => {
      const workspace = await terraform.open(id, files);
      return {
        ...workspace,
        run: (call) => {
          calls.push(call.args[0] ?? '');
          return workspace.run(call);
        },
        [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
      };
    },
  };
}

describe.skipIf(!terraformIsHere)('a deployment, with real terraform', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    mirror = await makeNotesMirror();
  }, 120_000);
  afterAll(async () => {
    await mirror?.[Symbol.asyncDispose]();
  });

  it('is deployed and destroyed, with the ledger telling who and what', async () => {
    const calls: string[] = [];
    await using world = await makeDeploymentWorld(mirror, ({ terraform }) => ({
      terraform: countingCalls(terraform, calls),
    }));
    await world.request('web');
    const { request } = await world.run('web');
    expect(request.failure).toBeUndefined();
    expect(calls).toEqual(['init', 'plan', 'show', 'apply', 'plan']);
    expect(request).toMatchObject({
      status: 'DEPLOYED',
      state: { resources: 2, unsettled: [] },
      outputs: {
        files: { sensitive: false, value: { first: join(world.notes, 'web-first.json') } },
        password: { sensitive: true, reference: expect.stringMatching(/^secret:web\.password/) },
      },
    });
    expect(await world.existing()).toEqual(['web-first.json', 'web-second.json']);

    await askDestroy(world.ports, 'web', 'bob', false);
    const destroyed = (await world.run('web')).request;
    expect(destroyed.failure).toBeUndefined();
    expect(destroyed).toMatchObject({ status: 'DESTROYED', state: { resources: 0 } });
    expect(calls.slice(5)).toEqual(['init', 'plan', 'show', 'apply']);
    expect(await world.existing()).toEqual([]);

    const entries = await world.ledger.read('deployment/web');
    const told = entries.map(({ event }) => [
      event.type.replace('provider-sync.deployment.', ''),
      event.data,
    ]);
    expect(told).toMatchObject([
      ['moved.v1', { to: 'PENDING_DEPLOY', by: 'ada' }],
      ['moved.v1', { from: 'PENDING_DEPLOY', to: 'DEPLOYING' }],
      ['planned.v1', { add: 2, providers: ['registry.terraform.io/acme/notes 1.0.0'] }],
      ['moved.v1', { to: 'DEPLOYED', resources: 2, kindDigest: request.kindDigest }],
      ['moved.v1', { to: 'PENDING_DESTROY', by: 'bob' }],
      ['moved.v1', { to: 'DESTROYING' }],
      ['planned.v1', { add: 0, destroy: 2 }],
      ['moved.v1', { to: 'DESTROYED', resources: 0 }],
    ]);
    expect((await verifyLedger(world.ledger)).problems).toEqual([]);
    // Plans, secrets and unpacked providers are gone; logs and kinds stay.
    expect(await readdir(join(world.data, 'work'))).toEqual([]);
    expect(await readdir(join(world.data, 'kept', 'plans'))).toEqual([]);
  });

  it('waits for an approval of exactly its plan, and is applied once', async () => {
    await using world = await newWorld();
    await world.request('web', {}, true);
    const waiting = await world.run('web');
    const plan = waiting.request.run?.plan;
    expect(waiting).toMatchObject({ kind: 'awaiting-approval', request: { status: 'DEPLOYING' } });
    expect(plan).toMatchObject({
      counts: { add: 2 },
      changes: [{ address: 'notes_note.note["first"]', action: 'create' }, {}],
    });
    expect(await world.existing()).toEqual([]);
    // Running it again changes nothing.
    expect((await world.run('web')).request.revision).toBe(waiting.request.revision);

    await expect(approvePlan(world.ports, 'web', 'b'.repeat(64), 'bob')).rejects.toMatchObject({
      code: 'DeploymentConflict',
      message: expect.stringContaining(plan?.sha256 ?? 'none'),
    });
    await approvePlan(world.ports, 'web', plan?.sha256.slice(0, 12) ?? '', 'bob');
    const { request } = await world.run('web');
    expect(request).toMatchObject({
      status: 'DEPLOYED',
      run: { approval: { by: 'bob', sha256: plan?.sha256 } },
    });
    expect(await world.journal()).toMatchObject([{}, {}, { what: 'created' }, { what: 'created' }]);
    await expect(world.run('web')).rejects.toMatchObject({ code: 'DeploymentConflict' });
  });

  it('fails as stale when the state moved on after the approval, and is planned anew by a retry', async () => {
    await using world = await newWorld();
    await world.request('web');
    await world.run('web');
    const deployed = await world.read('web');
    // The same deployment with a plan that waits, while somebody else applies.
    const pending = {
      ...deployed,
      status: 'PENDING_DEPLOY',
      approval: true,
      inputs: { folder: world.notes, text: 'New.' },
    } as const;
    await world.ports.requests.replace({ ...pending, revision: deployed.revision + 1 }, deployed.revision);
    const waiting = (await world.run('web')).request;
    expect(waiting.run?.plan?.counts).toMatchObject({ change: 2 });
    const path = world.ports.store.stateKey('web');
    const state = JSON.parse((await world.ports.store.readState('web')) ?? '');
    await writeFile(path, JSON.stringify({ ...state, serial: state.serial + 1 }));
    await approvePlan(world.ports, 'web', waiting.run?.plan?.sha256 ?? '', 'bob');
    const stale = (await world.run('web')).request;
    expect(stale).toMatchObject({ status: 'FAILED', failure: { code: 'PlanStale' } });
    await askRetry(world.ports, 'web', 'bob');
    const again = (await world.run('web')).request;
    expect(again.run?.plan?.sha256).not.toBe(waiting.run?.plan?.sha256);
    await approvePlan(world.ports, 'web', again.run?.plan?.sha256 ?? '', 'bob');
    expect((await world.run('web')).request.status).toBe('DEPLOYED');
  });

  it('is not applied from a plan that is not the one that was approved', async () => {
    await using world = await newWorld();
    await world.request('web', {}, true);
    await world.request('other', {}, true);
    const [web, other] = [(await world.run('web')).request, (await world.run('other')).request];
    await approvePlan(world.ports, 'web', web.run?.plan?.sha256 ?? '', 'bob');
    const { store } = world.ports;
    const foreign = await store.get(`plans/${other.run?.id}.tfplan`);
    await store.put(`plans/${web.run?.id}.tfplan`, foreign ?? new Uint8Array());
    expect((await world.run('web')).request).toMatchObject({
      status: 'FAILED',
      failure: { code: 'PlanStale' },
    });
    expect(await world.existing()).toEqual([]);
  });

  it('fails with every problem and its place, and starts nothing, for what does not fit', async () => {
    await using world = await newWorld();
    const wish = { id: 'web', kind: 'exampel', inputs: {}, requestedBy: 'ada', approval: false };
    await expect(requestDeployment(world.ports, wish)).rejects.toMatchObject({ code: 'DeploymentInvalid' });
    // A row that another program put there.
    const row = await world.request('web');
    await world.ports.requests.replace(
      { ...row, inputs: { folder: 'relative', seconds: -1 }, revision: 2 },
      1,
    );
    const { request } = await world.run('web');
    expect(request).toMatchObject({
      status: 'FAILED',
      failure: {
        code: 'DeploymentInvalid',
        problems: [{ path: '$.folder' }, { path: '$.seconds' }],
      },
    });
    expect(await readdir(world.data)).not.toContain('work');
    // Nothing is there to be destroyed.
    await askDestroy(world.ports, 'web', 'bob', false);
    expect((await world.run('web')).request.status).toBe('DESTROYED');
  });

  it('goes on after what failed: the retry does the rest, and a destroy takes away what is there', async () => {
    await using world = await newWorld();
    await world.request('web', { manner: 'failing' });
    const failed = (await world.run('web')).request;
    expect(failed).toMatchObject({
      status: 'FAILED',
      failure: { code: 'TerraformFailed', message: expect.stringContaining('was not to be') },
      state: { resources: 1, unsettled: [] },
    });
    await askDestroy(world.ports, 'web', 'bob', false);
    expect((await world.run('web')).request).toMatchObject({ status: 'DESTROYED', state: { resources: 0 } });
    expect(await world.existing()).toEqual([]);
  });

  it.each([
    ['an empty state', ''],
    ['half a state', '{"version": 4, "serial"'],
  ])('refuses %s instead of building everything twice', async (_, text) => {
    await using world = await newWorld();
    await world.request('web');
    await world.run('web');
    await askDestroy(world.ports, 'web', 'bob', false);
    const path = world.ports.store.stateKey('web');
    const before = (await world.ports.store.readState('web')) ?? '';
    await writeFile(path, text);
    expect((await world.run('web')).request).toMatchObject({
      status: 'FAILED',
      failure: { code: 'StateRefused' },
      state: { resources: 2 },
    });
    await writeFile(path, before);
    await askRetry(world.ports, 'web', 'bob');
    expect((await world.run('web')).request.status).toBe('DESTROYED');
  });

  it('lets one of two runners carry it out', async () => {
    await using world = await newWorld();
    await world.request('web', { seconds: 0.5 });
    const ended = await Promise.allSettled([world.run('web'), world.run('web'), world.run('web')]);
    const refused = ended.filter((each) => each.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual([
      'DeploymentConflict',
      'DeploymentConflict',
    ]);
    expect((await world.read('web')).status).toBe('DEPLOYED');
    expect((await world.journal()).filter(({ what }) => what === 'created')).toHaveLength(2);
  });

  it.each([
    ['pending', async (world: DeploymentWorld) => void (await cancelDeployment(world.ports, 'web', 'eve'))],
    [
      'waiting for an approval',
      async (world: DeploymentWorld) => {
        await world.run('web');
        await cancelDeployment(world.ports, 'web', 'eve');
      },
    ],
    [
      'approved',
      async (world: DeploymentWorld) => {
        const { request } = await world.run('web');
        await approvePlan(world.ports, 'web', request.run?.plan?.sha256 ?? '', 'bob');
        await cancelDeployment(world.ports, 'web', 'eve');
      },
    ],
  ])('is cancelled while it is %s, with nothing made', async (_, cancelled) => {
    await using world = await newWorld();
    await world.request('web', {}, true);
    await cancelled(world);
    expect(await world.read('web')).toMatchObject({
      status: 'FAILED',
      failure: { code: 'DeploymentCancelled' },
    });
    expect(await world.existing()).toEqual([]);
    await askDestroy(world.ports, 'web', 'eve', false);
    expect((await world.run('web')).request.status).toBe('DESTROYED');
  });
});

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DRIFT_REPORT, lookForDrifts } from '../../../src/application/deployments/drift.ts';
import { tellDrift } from '../../../src/application/deployments/tell-drift.ts';
import { type DriftReport, readDriftReport } from '../../../src/domain/deployment-request/drift/schema.ts';
import type { CloudEvent } from '../../../src/domain/ledger/entry.ts';
import type { DeploymentStore } from '../../../src/ports/deployment-store.ts';
import { createFakeNotifier } from '../../fakes/notifier.ts';
import { makeDeploymentWorld, makeNotesMirror } from '../../support/deployments/world.ts';
import { terraformIsHere } from '../../support/terraform.ts';

const NEVER = new AbortController().signal;
const TERMS = { execution: 'daily-1', signal: NEVER, limit: 100 };

describe.skipIf(!terraformIsHere)('a look for drift (needs terraform)', { timeout: 120_000 }, () => {
  let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
  beforeAll(async () => {
    mirror = await makeNotesMirror();
  }, 120_000);
  afterAll(() => mirror?.[Symbol.asyncDispose]());

  it('reports what drifted and what could not be looked at, and changes nothing', async () => {
    await using world = await makeDeploymentWorld(mirror);
    for (const id of ['web', 'halved', 'sound']) {
      await world.request(id);
      await world.run(id);
    }
    await rm(join(world.notes, 'web-first.json'));
    await writeFile(world.ports.store.stateKey('halved'), '');
    const before = [await world.read('web'), await world.ports.store.readState('web')];
    const report = await lookForDrifts(world.ports, TERMS);
    expect(report).toMatchObject({
      execution: 'daily-1',
      looked: 3,
      drifted: [{ id: 'web', resources: ['notes_note.note["first"] (delete)'] }],
      failed: [{ id: 'halved', reason: expect.stringContaining('empty') }],
    });
    expect([await world.read('web'), await world.ports.store.readState('web')]).toEqual(before);
    const kept = await world.ports.store.get(DRIFT_REPORT);
    expect(readDriftReport(new TextDecoder().decode(kept))).toEqual(report);
    const types = ['provider-sync.deployment.drifted.v1'];
    expect(await world.ledger.read('deployment/web', { types })).toHaveLength(1);
  });

  it('gives up one that takes longer than its kind allows', async () => {
    let now = 0;
    await using world = await makeDeploymentWorld(mirror);
    await world.request('web');
    await world.run('web');
    const hurried = {
      ...world.ports,
      clock: { ...world.ports.clock, monotonic: () => (now += 24 * 3_600_000) },
      every: (_milliseconds: number, tick: () => void) => {
        tick();
        return () => {};
      },
    };
    const { failed } = await lookForDrifts(hurried, TERMS);
    expect(failed).toMatchObject([
      { id: 'web', reason: expect.stringMatching(/took more than the \d+ minutes/) },
    ]);
  });
});

describe('what a look for drift found', () => {
  const REPORT: DriftReport = {
    execution: 'daily-1',
    at: '2026-08-01T04:30:00.000Z',
    looked: 9,
    drifted: [{ id: 'web', serial: 7, resources: ['aws_instance.parent (update)'] }],
    failed: [],
  };

  function world(report: unknown) {
    const kept = new Map<string, Uint8Array>();
    const put = (name: string, text: string) => kept.set(name, new TextEncoder().encode(text));
    if (report !== undefined) put(DRIFT_REPORT, typeof report === 'string' ? report : JSON.stringify(report));
    const store = {
      get: async (name: string) => kept.get(name),
      put: async (name: string, bytes: Uint8Array) => void kept.set(name, bytes),
    } as unknown as DeploymentStore;
    const facts: unknown[] = [];
    const notifier = createFakeNotifier();
    const ledger = {
      append: async (events: readonly CloudEvent[]) => {
        facts.push(...events.map(({ type, subject, data }) => [type, subject, data]));
        return events.map(() => 'stored' as const);
      },
    };
    const tell = (execution = 'daily-1', problem?: string) =>
      tellDrift({ store, notifier, ledger }, { execution, problem, where: ['Execution: https://x'] });
    return { put, tell, facts, notifier };
  }

  it('is mailed once a cause, and told to the ledger', async () => {
    const { put, tell, facts, notifier } = world(REPORT);
    expect(await tell()).toEqual({ looked: 9, drifted: 1, problem: undefined, mailed: true });
    expect(facts).toEqual([
      [
        'provider-sync.deployment.drifted.v1',
        'deployment/web',
        { serial: 7, resources: ['aws_instance.parent (update)'], day: '2026-08-01' },
      ],
    ]);
    expect(notifier.messages).toMatchObject([{ subject: '1 of 9 deployments drifted' }]);
    put(DRIFT_REPORT, JSON.stringify({ ...REPORT, execution: 'daily-2', at: '2026-08-02T04:30:00.000Z' }));
    expect(await tell('daily-2')).toMatchObject({ drifted: 1, mailed: false });
    // Another resource is another cause.
    const more = {
      id: 'web',
      serial: 7,
      resources: ['aws_instance.parent (update)', 'aws_kms_key.logs (delete)'],
    };
    put(DRIFT_REPORT, JSON.stringify({ ...REPORT, execution: 'daily-3', drifted: [more] }));
    expect(await tell('daily-3')).toMatchObject({ mailed: true });
    expect(notifier.messages).toHaveLength(2);
  });

  it('is nothing to mail where all is as it should be, whatever the task’s exit code was', async () => {
    const { tell, notifier } = world({ ...REPORT, drifted: [] });
    expect(await tell('daily-1', 'States.TaskFailed')).toEqual({
      looked: 9,
      drifted: 0,
      problem: undefined,
      mailed: false,
    });
    expect(notifier.messages).toEqual([]);
  });

  it('is a problem where something could not be looked at: two that fail alike are one cause', async () => {
    const failed = ['web', 'api'].map((id) => ({ id, reason: `${id}: AccessDenied` }));
    const { tell, notifier } = world({ ...REPORT, drifted: [], failed });
    const told = await tell();
    expect(told.problem).toBe('2 deployments could not be looked at, such as web: web: AccessDenied');
    expect(notifier.messages).toMatchObject([
      { subject: '2 of 9 deployments could not be looked at for drift' },
    ]);
    expect(await tell()).toMatchObject({ problem: told.problem, mailed: false });
  });

  it.each([
    ['is missing', undefined],
    ['is another execution’s', { ...REPORT, execution: 'daily-0' }],
    ['is no JSON', '{'],
    ['has a form of its own', { ...REPORT, drifted: [{ id: '../x', serial: 1, resources: ['y'] }] }],
  ])('is nothing where the report %s', async (_what, report) => {
    const { tell, facts, notifier } = world(report);
    expect(await tell('daily-1', 'OutOfMemoryError')).toEqual({
      looked: 0,
      drifted: 0,
      problem: 'Drift could not be looked for: OutOfMemoryError.',
      mailed: true,
    });
    expect(facts).toEqual([]);
    expect(notifier.messages).toMatchObject([{ subject: 'Drift of deployments could not be looked for' }]);
    expect(await tell('daily-1', undefined)).toMatchObject({
      problem: 'Drift could not be looked for: the task ended without a report.',
    });
  });
});

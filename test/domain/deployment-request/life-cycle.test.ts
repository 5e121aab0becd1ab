import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/domain/deployment-request/decision.ts';
import type { DeploymentEvent, Runner } from '../../../src/domain/deployment-request/events.ts';
import { decide, newRequest, transitionsOf } from '../../../src/domain/deployment-request/life-cycle.ts';
import {
  type DatedFact,
  type DeploymentRequest,
  executionName,
  type KnownState,
  type PlanRecord,
  STATUSES,
} from '../../../src/domain/deployment-request/request.ts';
import { EVENT_TYPES } from '../../../src/domain/events/types/schema.ts';

const AT = '2026-08-01T08:00:00.000Z';
const SHA = 'a'.repeat(64);
const KEY = 'deployments/web/terraform.tfstate';

const fresh = newRequest({ id: 'web', kind: 'example', inputs: {}, requestedBy: 'ada', approval: false }, AT);
const runner = (name: string): Runner => ({ runner: name, host: 'host-1' });
const state: KnownState = { serial: 3, lineage: 'l', resources: 2, unsettled: [] };
const failure = { code: 'TerraformFailed', message: 'It failed.', problems: [] } as const;
const plan: PlanRecord = {
  sha256: SHA,
  stateKey: KEY,
  stateSerial: 0,
  counts: { add: 1, change: 0, replace: 0, destroy: 0 },
  changes: [{ address: 'notes_note.a', action: 'create' }],
  at: AT,
};

function changed(decision: Decision): DeploymentRequest {
  if (decision.kind !== 'changed') throw new Error(JSON.stringify(decision));
  return decision.request;
}

const after = (request: DeploymentRequest, ...events: readonly DeploymentEvent[]): DeploymentRequest =>
  events.reduce((before, event) => changed(decide(before, event, AT)), request);

const begun = after(fresh, { kind: 'Begun', generation: 1, runner: runner('r1') });
const ran = { runId: 'web-deploy-1', runner: 'r1' };
const waiting = after(begun, {
  kind: 'Planned',
  ...ran,
  plan,
  providers: ['acme/notes 1.0.0'],
  approval: true,
});

/** Every event about a few generations, runs and runners: most of them fit nowhere. */
const anyEvent: fc.Arbitrary<DeploymentEvent> = fc
  .record({
    generation: fc.integer({ min: 1, max: 7 }),
    action: fc.constantFrom('deploy', 'destroy'),
    who: fc.constantFrom('r1', 'r2'),
    approval: fc.boolean(),
    sha256: fc.constantFrom(SHA, 'b'.repeat(64)),
  })
  .chain(({ generation, action, who, approval, sha256 }) => {
    const run = { runId: `web-${action}-${generation}`, runner: who };
    return fc.constantFrom<DeploymentEvent>(
      { kind: 'Begun', generation, runner: runner(who) },
      { kind: 'Resumed', runId: run.runId, runner: runner(who) },
      { kind: 'Progressed', ...run, stage: 'planning' },
      { kind: 'Planned', ...run, plan: { ...plan, sha256 }, providers: [], approval },
      { kind: 'Approved', runId: run.runId, sha256, by: 'bob' },
      { kind: 'ApplyBegun', ...run, sha256, stateKey: KEY },
      { kind: 'CancelAsked', generation, by: 'bob' },
      { kind: 'Succeeded', ...run, state, outputs: {} },
      { kind: 'Failed', ...run, failure },
      { kind: 'DestroyAsked', generation, by: 'bob' },
      { kind: 'RetryAsked', generation, by: 'bob' },
    );
  });

interface Step {
  readonly event: DeploymentEvent;
  readonly before: DeploymentRequest;
  readonly request: DeploymentRequest;
  readonly facts: readonly DatedFact[];
}

/** What changed something, of events that are delivered one after the other. */
function steps(events: readonly DeploymentEvent[]): readonly Step[] {
  const taken: Step[] = [];
  for (const event of events) {
    const before = taken.at(-1)?.request ?? fresh;
    const decision = decide(before, event, AT);
    if (decision.kind === 'changed') taken.push({ event, before, ...decision });
  }
  return taken;
}

/** A history in which something happens: at each step one of the events that the request then takes. */
function history(choices: readonly number[]): {
  readonly events: readonly DeploymentEvent[];
  readonly end: DeploymentRequest;
} {
  let request = fresh;
  const events: DeploymentEvent[] = [];
  for (const choice of choices) {
    const { generation, run } = request;
    const own = { runId: run?.id ?? '', runner: run?.runner ?? '' };
    const possible: readonly DeploymentEvent[] = [
      { kind: 'Begun', generation, runner: runner(`r${generation}`) },
      { kind: 'Succeeded', ...own, state, outputs: {} },
      { kind: 'Failed', ...own, failure },
      { kind: 'DestroyAsked', generation, by: 'bob' },
      { kind: 'RetryAsked', generation, by: 'bob' },
    ];
    const fitting = possible.filter((event) => decide(request, event, AT).kind === 'changed');
    const event = fitting[choice % Math.max(fitting.length, 1)];
    if (event === undefined) break;
    events.push(event);
    request = changed(decide(request, event, AT));
  }
  return { events, end: request };
}

/** At least once and in any order: what was refused is delivered again. */
function deliver(events: readonly DeploymentEvent[], order: readonly number[]): DeploymentRequest {
  let request = fresh;
  for (let round = 0; round < events.length; round += 1) {
    const shuffled = events
      .flatMap((event) => [event, event])
      .map((event, index) => ({ event, rank: order[(index + round) % Math.max(order.length, 1)] ?? 0 }))
      .toSorted((a, b) => a.rank - b.rank);
    for (const { event } of shuffled) {
      const decision = decide(request, event, AT);
      if (decision.kind === 'changed') request = decision.request;
    }
  }
  return request;
}

describe('the life cycle', () => {
  it('has the transitions of the diagram and no others', () => {
    expect(Object.fromEntries(STATUSES.map((status) => [status, transitionsOf(status)]))).toEqual({
      PENDING_DEPLOY: ['DEPLOYING'],
      DEPLOYING: ['DEPLOYED', 'FAILED'],
      DEPLOYED: ['PENDING_DESTROY'],
      PENDING_DESTROY: ['DESTROYING'],
      DESTROYING: ['DESTROYED', 'FAILED'],
      DESTROYED: [],
      FAILED: ['PENDING_DEPLOY', 'PENDING_DESTROY'],
    });
  });

  it('never leaves the diagram, counts every change of state, and tells of each once', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        for (const { before, request, facts } of steps(events)) {
          const moved = facts.filter(({ name }) => name === 'deployment.moved').map(({ data }) => data);
          const { status: from } = before;
          const { status: to, generation } = request;
          const stayed = from === to;
          expect(request.revision).toBe(before.revision + 1);
          expect(generation).toBe(before.generation + (stayed ? 0 : 1));
          expect(stayed ? [to] : transitionsOf(from)).toContain(to);
          expect(moved).toMatchObject(stayed ? [] : [{ from, to, generation }]);
          expect(facts.map(({ name, data }) => EVENT_TYPES[name].data.safeParse(data).success)).toEqual(
            facts.map(() => true),
          );
        }
      }),
    );
  });

  it('says of the same event a second time that it stands or does not fit', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), anyEvent, (events, last) => {
        let request = fresh;
        for (const event of events) {
          const decision = decide(request, event, AT);
          if (decision.kind === 'changed') request = decision.request;
        }
        const first = decide(request, last, AT);
        // A runner may say again and again that it lives.
        if (first.kind !== 'changed' || last.kind === 'Progressed') return;
        expect(decide(first.request, last, AT).kind).not.toBe('changed');
      }),
    );
  });

  it('ends in the same state whatever the order and the repetition of what is delivered', () => {
    const choices = fc.array(fc.nat({ max: 6 }), { maxLength: 10 });
    const order = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(choices, order, (chosen, ranks) => {
        const { events, end } = history(chosen);
        expect(deliver(events, ranks)).toEqual(end);
      }),
    );
  });

  it('lets one runner at a time have a request', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        for (const { event, before, request } of steps(events)) {
          const handedOver = event.kind === 'Begun' || before.run?.stage === 'awaiting-approval';
          // Who goes on does so with a plan that nobody is applying.
          expect(handedOver || before.run?.runner === request.run?.runner).toBe(true);
        }
      }),
    );
  });

  it('applies each approval once, and only the plan that was approved', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const applied = steps(events).filter(({ event }) => event.kind === 'ApplyBegun');
        expect(new Set(applied.map(({ before }) => before.run?.id)).size).toBe(applied.length);
        for (const { event, before } of applied) {
          expect(before.run?.approval?.sha256).toBe((event as { sha256?: string }).sha256);
          expect(before.run?.approval?.sha256).toBe(before.run?.plan?.sha256);
        }
      }),
    );
  });

  it('names a workflow by request and generation alone', () => {
    const again = { ...begun, status: 'FAILED', generation: 3 } as const;
    const pending = after(again, { kind: 'RetryAsked', generation: 3, by: 'ada' });
    expect([executionName(fresh), executionName(pending)]).toEqual(['web-deploy-1', 'web-deploy-4']);
    expect(executionName(pending)).toMatch(/^[A-Za-z0-9-_]{1,80}$/);
  });

  it.each<[string, DeploymentRequest, DeploymentEvent, string]>([
    ['a late trigger', begun, { kind: 'Begun', generation: 1, runner: runner('r2') }, 'DEPLOYING'],
    [
      'a runner that was superseded',
      begun,
      { kind: 'Failed', runId: ran.runId, runner: 'r9', failure },
      'carried out by r1',
    ],
    [
      'an approval of another plan',
      waiting,
      { kind: 'Approved', runId: ran.runId, sha256: 'b'.repeat(64), by: 'bob' },
      SHA,
    ],
    [
      'an approval where none waits',
      begun,
      { kind: 'Approved', runId: ran.runId, sha256: SHA, by: 'bob' },
      'no plan',
    ],
    [
      'an apply without an approval',
      waiting,
      { kind: 'ApplyBegun', ...ran, sha256: SHA, stateKey: KEY },
      'not approved',
    ],
    [
      'a second process before the approval',
      waiting,
      { kind: 'Resumed', runId: ran.runId, runner: runner('r2') },
      'not approved',
    ],
    [
      'an approval after a cancel',
      after(waiting, { kind: 'CancelAsked', generation: 2, by: 'eve' }),
      { kind: 'Approved', runId: ran.runId, sha256: SHA, by: 'bob' },
      'cancelled by eve',
    ],
    [
      'an apply after a cancel',
      after(
        waiting,
        { kind: 'Approved', runId: ran.runId, sha256: SHA, by: 'bob' },
        { kind: 'CancelAsked', generation: 2, by: 'eve' },
      ),
      { kind: 'ApplyBegun', ...ran, sha256: SHA, stateKey: KEY },
      'cancelled by eve',
    ],
    [
      'an approval for another state',
      after(waiting, { kind: 'Approved', runId: ran.runId, sha256: SHA, by: 'bob' }),
      { kind: 'ApplyBegun', ...ran, sha256: SHA, stateKey: 'other' },
      'for other',
    ],
    [
      'a destroy of what is being deployed',
      begun,
      { kind: 'DestroyAsked', generation: 2, by: 'bob' },
      'not possible',
    ],
  ])('refuses %s, and says why', (_, request, event, why) => {
    const decision = decide(request, event, AT);
    expect(decision.kind).toBe('refused');
    expect(JSON.stringify(decision)).toContain(why);
  });
});

import { describe, expect, it } from 'vitest';
import { takeTurn } from '../../src/application/take-turn.ts';
import type { ProviderReference } from '../../src/domain/deployment/run-references.ts';
import { wishOf } from '../../src/domain/deployment/turn.ts';
import { runEvent } from '../../src/handlers/schema.ts';
import { createFakeTurnQueue } from '../fakes/turn-queue.ts';
import type { Json } from './support/cloudformation.ts';
import { MY_TURN, readConfigOf, reporting } from './support/run-functions.ts';
import { type StepFunctions, stepFunctions, type TaskHandlers } from './support/state-machine.ts';

const PROVIDERS = 30;

/**
 * Every upload of the config corrects a third of the providers to another version: two configs in a row have most
 * of their wishes in common.
 */
function providersOf(versionId: string | undefined): readonly ProviderReference[] {
  const edition = Number(versionId?.slice(1) ?? 1);
  return Array.from({ length: PROVIDERS }, (_, index) => ({
    index,
    address: `registry.terraform.io/acme/p${index}`,
    version: index % 3 === 0 ? `${edition}.0.0` : '1.0.0',
  }));
}

const packageOf = ({ address, version }: ProviderReference) => `${address} ${version}`;

/** Functions over one private registry, with the concurrency that is reserved for DownloadAndUpload. */
function stack(options: { readonly reserved: number; readonly turns: boolean | 'broken' }) {
  const registry = new Set<string>();
  const transfers: string[] = [];
  let [atOnce, most, throttled] = [0, 0, 0];
  let machines: StepFunctions | undefined;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const ports = {
    queue: createFakeTurnQueue(),
    // Every look is a minute after the one before: a wait takes a millisecond here.
    clock: {
      now: () => {
        now += 61_000;
        return new Date(now);
      },
    },
    executions: { isRunning: async (id: string) => machines?.isRunning(id) ?? false },
  };
  const takeRealTurn = async (payload: Json) => {
    if (options.turns === 'broken') throw Object.assign(new Error('denied'), { name: 'ConfigUnreadable' });
    const { executionId = '', input, progress } = runEvent.parse(payload);
    const request = { executionId, wants: wishOf(input), mayJoin: progress === undefined };
    return { joined: null, ...(await takeTurn(ports, request)) };
  };
  const work = () => new Promise((resolve) => setTimeout(resolve, 1));
  const { tasks, messages } = reporting();
  const handlers: TaskHandlers = {
    TakeTurn: options.turns === false ? MY_TURN : takeRealTurn,
    ReadConfig: readConfigOf(providersOf),
    CheckVersionExists: async ({ provider }) => {
      await work();
      const there = registry.has(packageOf(provider));
      const outcome = there ? 'up-to-date' : 'publish';
      return { outcome, resolvedVersion: provider.version, versionExists: there, shouldProcess: !there };
    },
    DownloadAndUpload: async ({ provider }) => {
      if (atOnce >= options.reserved) {
        throttled += 1;
        throw Object.assign(new Error('Rate Exceeded.'), { name: 'Lambda.TooManyRequestsException' });
      }
      atOnce += 1;
      most = Math.max(most, atOnce);
      if (!registry.has(packageOf(provider))) {
        transfers.push(packageOf(provider));
        await work();
        registry.add(packageOf(provider));
      }
      atOnce -= 1;
      return { outcome: 'published', resolvedVersion: provider.version, bytes: 1 };
    },
    NotifyConfigError: () => ({}),
    ...tasks,
  };
  machines = stepFunctions(handlers);
  const upload = (edition: number) =>
    machines.start({ bucket: 'configs', key: 'config.json', versionId: `v${edition}` }).done;
  return {
    machines,
    upload,
    messages,
    registry,
    transfers,
    seen: () => ({ most, throttled }),
  };
}

const wishes = (editions: readonly number[]) =>
  new Set(editions.flatMap((edition) => providersOf(`v${edition}`).map(packageOf)));

describe.each([2, 3, 4])('%i syncs at once', (count) => {
  const editions = Array.from({ length: count }, (_, index) => index + 1);

  it('wait for one another: none fails, nothing is transferred twice, every config has its wish', async () => {
    const { upload, messages, registry, transfers, seen } = stack({ reserved: 10, turns: true });
    const ended = await Promise.all(editions.map(upload));
    expect(ended).toMatchObject(editions.map(() => ({ output: { providers: PROVIDERS } })));
    expect(registry).toEqual(wishes(editions));
    expect(transfers.toSorted()).toEqual([...wishes(editions)].toSorted());
    // The newest config is worked on last.
    expect(transfers.at(-1)).toContain(` ${count}.0.0`);
    expect(seen()).toEqual({ most: 5, throttled: 0 });
    expect(messages).toEqual([]);
  });

  it('are no failure either when few functions may run: throttling passes', async () => {
    const { upload, messages, registry, transfers, seen } = stack({ reserved: 3, turns: true });
    const ended = await Promise.all(editions.map(upload));
    expect(ended.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(seen().throttled).toBeGreaterThan(0);
    expect(transfers).toHaveLength(registry.size);
    expect(messages).toEqual([]);
  });

  it('would transfer packages twice if they did not take turns', async () => {
    const { upload, registry, transfers } = stack({ reserved: 100, turns: false });
    await Promise.all(editions.map(upload));
    expect(transfers.length).toBeGreaterThan(registry.size);
  });

  it('fail nobody when the queue cannot be reached: only then they work side by side', async () => {
    const { upload, messages, registry } = stack({ reserved: 10, turns: 'broken' });
    const ended = await Promise.all(editions.map(upload));
    expect(ended.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(registry).toEqual(wishes(editions));
    expect(messages).toEqual([]);
  });
});

describe('schedules beside a long sync', () => {
  it('join the one that waits already', async () => {
    const { machines, upload, transfers, registry } = stack({ reserved: 10, turns: true });
    const scheduled = () => machines.start({ bucket: 'configs', key: 'config.json' }).done;
    const first = upload(1);
    const ended = await Promise.all([first, scheduled(), scheduled(), scheduled()]);
    expect(ended.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(ended.filter(({ output }) => output?.turn === 'joined')).toHaveLength(2);
    expect(transfers).toHaveLength(registry.size);
  });
});

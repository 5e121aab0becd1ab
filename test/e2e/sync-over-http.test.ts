import { beforeAll, describe, expect, it } from 'vitest';
import type { HttpClientOptions } from '../../src/adapters/http/contract.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import type { ChaosAction, Fault } from '../support/chaos-proxy.ts';
import { type RealWorld, realWorld } from '../support/real-world.ts';
import { anvil, configOf, twoPublishers, weather } from '../support/sync-world.ts';

let releases: readonly SampleRelease[];

beforeAll(async () => {
  releases = await twoPublishers();
});

const ARRIVED = { '1.1.0': ['darwin_arm64', 'linux_amd64'] };
const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const PACKAGE = /\.zip(\?|$)/;
const noWaiting = { sleep: async () => {}, random: () => 0 };

/** One run of the command: new clients, nothing remembered from the run before. */
async function run(
  world: RealWorld,
  entries: readonly Record<string, unknown>[],
  options?: Partial<HttpClientOptions>,
) {
  return await syncProviders(world.freshPorts(options), configOf(...entries), { transfer: noWaiting });
}

const changingRequests = (world: RealWorld) =>
  world.destination.requests.filter(({ method }) => CHANGING.has(method)).length;
const downloads = (world: RealWorld) =>
  world.upstream.requests.filter(({ path }) => PACKAGE.test(path)).length;

/** Harms the n-th changing request and every one after it, as when a process or a network dies there. */
function cutOffAfter(count: number, action: ChaosAction): Fault {
  return { method: ['POST', 'PUT'], after: count, times: Number.POSITIVE_INFINITY, action };
}

describe('a sync over HTTP', () => {
  it('publishes, and the second run sends no changing request and downloads no package', async () => {
    await using world = await realWorld(releases);
    const first = await run(world, [anvil(), weather()]);
    expect(first.providers.map(({ outcome }) => outcome)).toEqual(['published', 'published']);
    expect(await world.installable('anvil')).toEqual(ARRIVED);
    const before = { changes: changingRequests(world), downloads: downloads(world) };

    const second = await run(world, [anvil(), weather()]);

    expect(second.providers.map(({ outcome }) => outcome)).toEqual(['up-to-date', 'up-to-date']);
    expect({ changes: changingRequests(world), downloads: downloads(world) }).toEqual(before);
  });

  it.each(['drop', 'lose-answer'] as const)(
    'is completed by the next run wherever it broke off (%s)',
    async (kind) => {
      await using reference = await realWorld(releases);
      await run(reference, [anvil()]);
      const steps = changingRequests(reference);
      expect(steps).toBeGreaterThanOrEqual(9);

      for (let done = 0; done < steps; done += 1) {
        await using world = await realWorld(releases);
        world.destination.addFaults(cutOffAfter(done, { kind }));
        const broken = await run(world, [anvil()]);
        world.destination.clearFaults();
        // A lost answer is made up for by reading, so that such a run may well arrive; then it says so.
        const there = await world.installable('anvil');
        expect([{}, kind === 'drop' ? {} : ARRIVED]).toContainEqual(there);
        expect(broken.summary.ok).toBe(Object.keys(there).length > 0);

        const next = await run(world, [anvil()]);

        expect(next.summary.ok).toBe(true);
        expect(await world.installable('anvil')).toEqual(ARRIVED);
        expect((await run(world, [anvil()])).providers[0]?.outcome).toBe('up-to-date');
      }
    },
  );
});

describe('a public registry with bad days', () => {
  it.each<[string, readonly Fault[]]>([
    [
      '429 with Retry-After on every document once',
      [{ times: 6, action: { kind: 'answer', status: 429, headers: { 'retry-after': '1' } } }],
    ],
    ['500 in a burst', [{ times: 2, action: { kind: 'answer', status: 500 } }]],
    [
      'a download dropped in the middle, twice',
      [{ path: PACKAGE, times: 2, action: { kind: 'drop-response', afterBytes: 100 } }],
    ],
    ['a download cut before it began', [{ path: PACKAGE, times: 1, action: { kind: 'drop' } }]],
    ['a slow download', [{ path: PACKAGE, times: 1, action: { kind: 'throttle', bytesPerSecond: 20_000 } }]],
    ['a download that stalls', [{ path: PACKAGE, times: 1, action: { kind: 'stall', afterBytes: 50 } }]],
    ['503 on a package', [{ path: PACKAGE, times: 2, action: { kind: 'answer', status: 503 } }]],
  ])('%s: the run converges', async (_, faults) => {
    await using world = await realWorld(releases);
    world.upstream.addFaults(...faults);

    const { providers } = await run(world, [anvil()], {
      timeouts: { idleMs: 500 },
      retry: { attempts: 8, random: () => 0 },
    });

    expect(providers[0]).toMatchObject({ outcome: 'published' });
    expect(await world.installable('anvil')).toEqual(ARRIVED);
    expect(world.upstream.requests.some(({ fault }) => fault !== undefined)).toBe(true);
  });

  it.each<[string, Fault, string, RegExp]>([
    [
      'a captive portal',
      { path: /versions/, action: { kind: 'html' } },
      'UpstreamResponseInvalid',
      /captive portal/,
    ],
    [
      'a captive portal in a package’s place',
      { path: /linux_amd64\.zip/, times: 9, action: { kind: 'html' } },
      'DigestMismatch',
      /linux_amd64/,
    ],
    [
      'one flipped byte',
      { path: /linux_amd64\.zip/, times: 9, action: { kind: 'flip-byte', at: 100 } },
      'DigestMismatch',
      /linux_amd64/,
    ],
    [
      'a truncated package',
      { path: /linux_amd64\.zip/, times: 9, action: { kind: 'truncate', afterBytes: 100 } },
      'DigestMismatch',
      /linux_amd64/,
    ],
    [
      '500 for ever',
      { path: /versions/, times: Infinity, action: { kind: 'answer', status: 500 } },
      'UpstreamUnavailable',
      /500/,
    ],
    [
      'a registry that never answers',
      { path: /versions/, times: Infinity, action: { kind: 'stall' } },
      'UpstreamUnavailable',
      /127\.0\.0\.1/,
    ],
    [
      'a package that stalls for ever',
      { path: /linux_amd64\.zip/, times: Infinity, action: { kind: 'stall', afterBytes: 0 } },
      'UpstreamUnavailable',
      /linux_amd64/,
    ],
  ])(
    '%s: fails in words, nothing becomes installable, the other provider arrives',
    async (_, fault, code, says) => {
      await using world = await realWorld(releases);
      world.upstream.addFaults({ ...fault, path: new RegExp(`anvil.*${fault.path?.source ?? ''}`) });

      const timeouts = { documentMs: 400, headersMs: 400, idleMs: 400 };
      const { providers } = await run(world, [anvil(), weather()], { timeouts });

      expect(providers[0]).toMatchObject({
        outcome: 'failed',
        error: { code, message: expect.stringMatching(says) },
      });
      expect(await world.installable('anvil')).toEqual({});
      expect(providers[1]).toMatchObject({ outcome: 'published' });
    },
  );
});

describe('a private registry with bad days', () => {
  const upload = /\/v1\/object\//;

  it.each<[string, readonly Fault[]]>([
    [
      '429 with X-RateLimit-Reset on reads and creations',
      [{ times: 8, action: { kind: 'answer', status: 429, headers: { 'x-ratelimit-reset': '0.2' } } }],
    ],
    [
      'an upload dropped in the middle',
      [{ method: 'PUT', path: upload, times: 2, action: { kind: 'drop-request', afterBytes: 64 } }],
    ],
    [
      'an upload whose answer is lost',
      [{ method: 'PUT', path: upload, times: 1, action: { kind: 'lose-answer' } }],
    ],
    [
      '503 to an upload',
      [{ method: 'PUT', path: upload, times: 2, action: { kind: 'answer', status: 503 } }],
    ],
    ['creations whose answers are lost', [{ method: 'POST', times: 2, action: { kind: 'lose-answer' } }]],
  ])('%s: the run converges', async (_, faults) => {
    await using world = await realWorld(releases);
    world.destination.addFaults(...faults);

    const { providers } = await run(world, [anvil()], { retry: { attempts: 12, random: () => 0 } });

    expect(providers[0]).toMatchObject({ outcome: 'published' });
    expect(await world.installable('anvil')).toEqual(ARRIVED);
    expect(world.destination.requests.some(({ fault }) => fault !== undefined)).toBe(true);
  });

  it.each<[string, Fault, string, RegExp]>([
    [
      'a token that is refused',
      { times: Infinity, action: { kind: 'answer', status: 401 } },
      'TokenRejected',
      /the secret of the test/,
    ],
    [
      'a token without rights',
      { method: 'POST', times: Infinity, action: { kind: 'answer', status: 403 } },
      'AccessDenied',
      /right/,
    ],
    [
      'a captive portal',
      { times: Infinity, action: { kind: 'html' } },
      'DestinationResponseInvalid',
      /captive portal/,
    ],
    [
      'uploads that are refused',
      { method: 'PUT', times: Infinity, action: { kind: 'answer', status: 403 } },
      'DestinationRejected',
      /403/,
    ],
    [
      'a portal that takes uploads for itself',
      { method: 'PUT', times: Infinity, action: { kind: 'html' } },
      'DestinationResponseInvalid',
      /anvil/,
    ],
    [
      '500 for ever',
      { times: Infinity, action: { kind: 'answer', status: 500 } },
      'DestinationUnavailable',
      /500/,
    ],
  ])('%s: fails in words, and never tells a link or the token', async (_, fault, code, says) => {
    await using world = await realWorld(releases);
    world.destination.addFaults(fault);

    const { providers } = await run(world, [anvil()]);

    expect(providers[0]).toMatchObject({
      outcome: 'failed',
      error: { code, message: expect.stringMatching(says) },
    });
    expect(await world.installable('anvil')).toEqual({});
    expect(JSON.stringify([providers, world.reporter.events])).not.toMatch(/test-token|\/v1\/object\//);
  });
});

import { describe, expect, it } from 'vitest';
import type { HttpMethod } from '../../../src/adapters/http/contract.ts';
import type { SyncError } from '../../../src/domain/errors.ts';
import type { ChaosAction } from '../../support/chaos-proxy.ts';
import { answer, documentClient, errorOf } from './document-client.ts';

const { ask, net, retries, startClient, waits } = documentClient();

describe('repeating', () => {
  it.each<[string, Record<string, string>, number]>([
    ['Retry-After in seconds', { 'retry-after': '2' }, 2000],
    [
      'Retry-After as a date',
      { date: 'Sun, 01 Mar 2026 12:00:00 GMT', 'retry-after': 'Sun, 01 Mar 2026 12:00:03 GMT' },
      3000,
    ],
    ['Retry-After beyond the cap of our own delays', { 'retry-after': '20' }, 20_000],
    ['X-RateLimit-Reset with a fraction', { 'x-ratelimit-reset': '0.25' }, 250],
  ])('waits after a 429 as %s asks, plus jitter', async (_, headers, wait) => {
    startClient({}, { action: answer(429, headers) });
    expect((await ask()).status).toBe(200);
    expect(waits).toEqual([wait + 100]);
    expect(retries).toEqual([{ target: 'the things', attempt: 2, reason: 'it answered 429' }]);
  });

  it('does not ask a server again that wants more time than is left, and says how long it asked for', async () => {
    startClient({}, { times: 9, action: answer(503, { 'retry-after': '86400' }) });
    const error = await errorOf(ask());
    expect(error).toMatchObject({ code: 'DestinationUnavailable', retryAfterSeconds: 86_400 });
    expect(error.message).toContain('it answered 503 and asks to be left alone for 24 hours');
    expect(net.proxy.requests).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  it('measures its time by a clock that nobody sets: a day back stalls nothing, a day on ends nothing', async () => {
    let wall = Date.parse('2026-03-01T12:00:00Z');
    for (const leap of [-86_400_000, 86_400_000]) {
      const now = () => {
        wall += leap;
        return wall;
      };
      startClient({ now }, { times: 2, action: answer(500) });
      expect((await ask()).status).toBe(200);
    }
    expect(waits).toEqual([100, 200, 100, 200]);
  });

  it('does not take the wait for a turn from the time for repetitions', async () => {
    let clock = 0;
    const options = {
      monotonic: () => clock,
      requestsPerSecond: 1,
      retry: { totalMs: 1500 },
      sleep: async (milliseconds: number) => {
        clock += milliseconds;
      },
    };
    startClient(options, { times: 1, path: /third/, action: answer(429) });
    const asked = ['/first', '/second', '/third'].map((path) => ask({ url: `${net.proxy.url}${path}` }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('backs off exponentially with full jitter, and gives up after the last attempt', async () => {
    startClient({ retry: { random: () => 0.5 } }, { times: 9, action: answer(500) });
    const error = await errorOf(ask());
    expect(waits).toEqual([50, 100, 200]);
    expect(net.proxy.requests).toHaveLength(4);
    expect(error).toMatchObject({ code: 'DestinationUnavailable', retryable: true });
    expect(error.message).toContain('the things');
    expect(error.message).toContain('500');
  });

  it('gives up when the total time would pass, and says when the server wants to be asked again', async () => {
    startClient(
      { side: 'upstream', retry: { totalMs: 1500 } },
      { times: 9, action: answer(429, { 'retry-after': '2' }) },
    );
    const error = await errorOf(ask());
    expect(error).toMatchObject({ code: 'UpstreamUnavailable', retryAfterSeconds: 2 });
    expect(net.proxy.requests).toHaveLength(1);
  });

  it.each<[HttpMethod, number]>([
    ['GET', 2],
    ['HEAD', 2],
    ['PUT', 2],
    ['DELETE', 2],
    ['POST', 1],
    ['PATCH', 1],
  ])('sends a %s that met a 502 %i times', async (method, times) => {
    startClient({}, { action: answer(502) });
    const outcome = await ask({ method }).then(
      (document) => document.status,
      (error: SyncError) => error.code,
    );
    expect(net.proxy.requests).toHaveLength(times);
    expect(outcome).toBe(times === 2 ? 200 : 'DestinationUnavailable');
  });

  it.each<HttpMethod>(['GET', 'POST', 'PATCH', 'DELETE'])('repeats a %s that met a 429', async (method) => {
    startClient({}, { times: 2, action: answer(429) });
    expect((await ask({ method, ...(method === 'GET' ? {} : { body: 'x' }) })).status).toBe(200);
    expect(net.proxy.requests).toHaveLength(3);
  });

  it.each([
    ['dropped before the answer', { kind: 'drop' }],
    ['dropped within the answer', { kind: 'drop-response', afterBytes: 3 }],
    ['lost on the way back', { kind: 'lose-answer' }],
  ] as const)('repeats a GET but not a POST whose connection was %s', async (_, action) => {
    startClient({}, { method: 'GET', action }, { method: 'POST', action });
    expect((await ask()).status).toBe(200);
    const error = await errorOf(ask({ method: 'POST', body: 'x' }));
    expect(error.code).toBe('DestinationUnavailable');
    expect(net.proxy.requests.map((request) => request.method)).toEqual(['GET', 'GET', 'POST']);
  });

  it.each<[string, ChaosAction, true | undefined]>([
    ['lost on the way back', { kind: 'lose-answer' }, true],
    ['cut within the answer', { kind: 'drop-response', afterBytes: 3 }, true],
    ['a 502 of a proxy', answer(502), true],
    ['a 429', answer(429), undefined],
  ])(
    'says that an earlier attempt may have been carried out, when its answer was %s',
    async (_, action, may) => {
      startClient({}, { method: 'DELETE', action });
      expect((await ask({ method: 'DELETE' })).mayHaveActed).toBe(may);
      expect((await ask()).mayHaveActed).toBeUndefined();
    },
  );

  it('repeats even a POST when no connection came about', async () => {
    startClient();
    await net.proxy.close();
    const error = await errorOf(ask({ method: 'POST', body: 'x' }));
    expect(error.message).toMatch(/refuses connections.*\(ECONNREFUSED\)/);
    expect(retries).toHaveLength(3);
  });

  it.each([
    ['never answers', { kind: 'stall' }, { headersMs: 50 }],
    ['stops in the middle', { kind: 'stall', afterBytes: 3 }, { idleMs: 50 }],
    ['drips too slowly to finish in time', { kind: 'throttle', bytesPerSecond: 50 }, { documentMs: 100 }],
  ] as const)('repeats a GET when the server %s, and then says timeout', async (_, action, timeouts) => {
    startClient({ timeouts, retry: { attempts: 2 } }, { times: 2, action });
    const error = await errorOf(ask());
    expect(error.code).toBe('DestinationUnavailable');
    expect(error.message).toContain('timeout');
    expect(net.proxy.requests).toHaveLength(2);
  });
});

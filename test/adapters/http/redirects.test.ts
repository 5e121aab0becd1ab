import { describe, expect, it } from 'vitest';
import type { HttpMethod } from '../../../src/adapters/http/contract.ts';
import { startChaosProxy } from '../../support/chaos-proxy.ts';
import { answer, documentClient, errorOf } from './document-client.ts';

const { ask, net, startClient } = documentClient();

describe('redirects', () => {
  const redirectTo = (location: string, status = 302) => answer(status, { location });

  it('are followed, relative ones too, and the document knows where it came from', async () => {
    startClient(
      {},
      { path: /^\/things/, action: redirectTo('/else?x=1') },
      { path: /^\/else/, action: redirectTo(`${net.proxy.url}/last`, 308) },
    );
    expect((await ask()).url).toBe(`${net.proxy.url}/last`);
  });

  it('keep Authorization at its origin', async () => {
    const other = await startChaosProxy({ target: net.server.url });
    startClient(
      {},
      { path: /^\/things/, action: redirectTo('/same') },
      { path: /^\/same/, action: redirectTo(`${other.url}/other`) },
    );
    await ask({ headers: { Authorization: 'Bearer token', 'x-kept': 'yes' } });
    expect(net.proxy.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token',
      'Bearer token',
    ]);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(other.requests[0]?.headers['x-kept']).toBe('yes');
    await other.close();
  });

  it('end after five', async () => {
    startClient({ side: 'upstream' }, { times: 99, action: redirectTo('/things') });
    const error = await errorOf(ask());
    expect(error.code).toBe('UpstreamResponseInvalid');
    expect(error.message).toContain('more than 5 times');
    expect(net.proxy.requests).toHaveLength(6);
  });

  it.each([
    'http://registry.example.com/x',
    'file:///etc/passwd',
    'https://user:password@example.com/',
    'https://',
    'https://10.0.0.7/x',
    'https://[fd00:ec2::254]/latest',
    'https://169.254.169.254/latest/meta-data',
  ])('to %s are refused, as the doing of the server that is named', async (location) => {
    startClient({}, { action: redirectTo(location) });
    const error = await errorOf(ask());
    expect(error).toMatchObject({ code: 'DestinationResponseInvalid', origin: 'destination' });
    expect(error.message).toContain('the things: ');
    expect(error.message).toContain(new URL(net.proxy.url).host);
    expect(error.message).not.toContain('password');
    expect(net.proxy.requests).toHaveLength(1);
  });

  it.each<HttpMethod>(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'of a %s are left to the caller',
    async (method) => {
      startClient({}, { action: redirectTo('/else', 307) });
      expect((await ask({ method })).status).toBe(307);
      expect(net.proxy.requests).toHaveLength(1);
    },
  );
});

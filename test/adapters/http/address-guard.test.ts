import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { kindOfAddress } from '../../../src/adapters/http/address-kind.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient, HttpClientOptions } from '../../../src/adapters/http/contract.ts';
import { startHttpServer, type TestServer } from '../../support/http-server.ts';

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.0.9',
    '169.254.169.254',
    '169.254.170.2',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:a00:1::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'registry.example.com',
  ])('%s is not public', (address) => {
    expect(kindOfAddress(address)).not.toBe('public');
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.0.0.1',
    '128.0.0.1',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.0.1',
    '223.255.255.255',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
    '2600:9000::1',
    '2a00:1450:4001::200e',
  ])('%s is public', (address) => {
    expect(kindOfAddress(address)).toBe('public');
  });

  it('is judged alike in both of its notations', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(kindOfAddress(`::ffff:${address}`)).toBe(kindOfAddress(address));
        expect(kindOfAddress(`64:ff9b::${address}`)).toBe(kindOfAddress(address));
      }),
    );
  });
});

describe('a connection', () => {
  let server: TestServer | undefined;
  let client: HttpClient | undefined;
  afterEach(async () => {
    await client?.close();
    await server?.close();
    server = undefined;
    client = undefined;
  });

  /** Every name has these addresses, one list a lookup and then the last for ever. */
  const resolving = (...answers: readonly (readonly string[])[]) => {
    let lookups = 0;
    const lookup: LookupFunction = (_, wanted, callback) => {
      const addresses = answers[Math.min(lookups, answers.length - 1)] ?? [];
      lookups += 1;
      const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }));
      if (wanted.all) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    };
    return lookup;
  };
  const ask = (url: string, options: Partial<HttpClientOptions>) => {
    client = createHttpClient({
      side: 'upstream',
      userAgent: 'test',
      retry: { attempts: 1 },
      timeouts: { connectMs: 300 },
      allowedHosts: [],
      ...options,
    });
    return client.request({ method: 'GET', url, target: 'the versions of acme/anvil', maxBytes: 100 });
  };

  it.each([
    [['10.0.0.5'], '10.0.0.5'],
    [['127.0.0.1'], '127.0.0.1'],
    [['::1'], '::1'],
    [['::ffff:169.254.169.254', 'fe80::1'], '::ffff:169.254.169.254'],
  ])('by a name with the addresses %j is refused after the lookup', async (addresses, shown) => {
    const asking = ask('https://registry.example.com/v1', { lookup: resolving(addresses) });
    await expect(asking).rejects.toMatchObject({
      code: 'AddressRefused',
      message: expect.stringMatching(
        new RegExp(
          `the versions of acme/anvil: .*registry.example.com.*${shown}.*--allow-host registry.example.com`,
        ),
      ),
    });
  });

  it.each([
    'https://127.0.0.1:8443/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://localhost/',
  ])('to %s is refused', async (url) => {
    await expect(ask(url, {})).rejects.toMatchObject({ code: 'AddressRefused' });
  });

  it.each([22, 25, 6000, 6667])('to port %i of another protocol is refused', async (port) => {
    await expect(ask(`https://registry.example.com:${port}/`, {})).rejects.toMatchObject({
      code: 'UpstreamUnreachable',
      message: expect.stringContaining('Use another port'),
    });
  });

  it('is made to this machine where the operator named it, and where nobody says anything of addresses', async () => {
    server = await startHttpServer((_, response) => void response.end('hello'));
    expect((await ask(server.url, { allowedHosts: ['127.0.0.1'] })).status).toBe(200);
    await client?.close();
    client = createHttpClient({ side: 'upstream', userAgent: 'test' });
    const request = { method: 'GET', url: server.url, target: 'x', maxBytes: 10 } as const;
    expect((await client.request(request)).status).toBe(200);
    await expect(client.request({ ...request, url: 'https://10.0.0.5/' })).rejects.toMatchObject({
      code: 'AddressRefused',
    });
  });

  it('judges every lookup anew, so that a name that turns to an inner address gains nothing', async () => {
    // 192.0.2.0/24 is documentation: never public, so both lookups are refused for what they found themselves.
    const lookup = resolving(['192.0.2.1'], ['127.0.0.1']);
    for (const address of ['192.0.2.1', '127.0.0.1']) {
      await expect(ask('https://turning.example.com/', { lookup })).rejects.toMatchObject({
        message: expect.stringContaining(address),
      });
    }
  });

  it('of a host that is named may lead anywhere, in any case of its letters', async () => {
    server = await startHttpServer((_, response) => void response.end('hello'));
    const lookup = resolving(['127.0.0.1']);
    const asking = ask(`https://Registry.Example.com:${server.port}/`, {
      lookup,
      allowedHosts: ['registry.EXAMPLE.com'],
    });
    // It was made: what it met is a server that speaks no TLS.
    await expect(asking).rejects.toMatchObject({ code: 'UpstreamUnreachable' });
  });

  describe('to what a server named', () => {
    const link = new URL('https://storage.internal/secret');
    const get = (http: HttpClient) =>
      http.request({ method: 'GET', url: link.href, target: 'anvil.zip', maxBytes: 10, secretUrl: true });
    const start = (options: Partial<HttpClientOptions>) => {
      client = createHttpClient({
        side: 'upstream',
        userAgent: 'test',
        retry: { attempts: 1 },
        timeouts: { connectMs: 300 },
        lookup: resolving(['127.0.0.1']),
        ...options,
      });
      return client;
    };

    it('is refused as that server’s doing', async () => {
      const http = start({ allowedHosts: [] });
      http.noteLink(link, 'https://registry.example.com/v1/acme/anvil');
      await expect(get(http)).rejects.toMatchObject({
        code: 'UpstreamResponseInvalid',
        message: expect.stringMatching(
          /anvil.zip: registry.example.com points to storage.internal.*127.0.0.1/,
        ),
      });
    });

    it('is made where the server is private itself and was named', async () => {
      const http = start({ allowedHosts: ['10.1.1.1'], lookup: resolving(['10.255.255.1']) });
      http.noteLink(link, 'https://10.1.1.1/v1/acme/anvil');
      // Nothing listens there, or nothing that is trusted: a connection was tried.
      await expect(get(http)).rejects.not.toMatchObject({ code: 'UpstreamResponseInvalid' });
    });

    it('is refused where another registry named it than the private one', async () => {
      const http = start({ allowedHosts: ['10.1.1.1'] });
      http.noteLink(link, 'https://registry.example.com/v1');
      await expect(get(http)).rejects.toMatchObject({ code: 'UpstreamResponseInvalid' });
    });

    it.each([
      ['this machine itself', '127.0.0.1', '10.1.1.1'],
      ['a metadata service', '169.254.169.254', '10.1.1.1'],
      ['a metadata service', '169.254.169.254', '127.0.0.1'],
      ['a metadata service', 'fd00:ec2::254', 'fd00::1'],
    ])('is refused for %s (%s), though %s was named', async (_, address, host) => {
      const http = start({ allowedHosts: [host], lookup: resolving([address]) });
      http.noteLink(link, `https://${host.includes(':') ? `[${host}]` : host}/v1/acme/anvil`);
      await expect(get(http)).rejects.toMatchObject({ code: 'UpstreamResponseInvalid' });
    });

    it('is made for a destination that is private itself, whose links are all its own', async () => {
      await expect(
        get(start({ side: 'destination', allowedHosts: ['127.0.0.5'] })),
      ).rejects.not.toMatchObject({
        code: 'AddressRefused',
      });
    });

    it('is refused for a destination that is public', async () => {
      const http = start({ side: 'destination', allowedHosts: ['app.terraform.io'] });
      await expect(get(http)).rejects.toMatchObject({ code: 'DestinationResponseInvalid' });
    });
  });
});

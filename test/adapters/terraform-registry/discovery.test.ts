import { describe, expect, it } from 'vitest';
import { PORTAL } from '../../support/scripted-server.ts';
import { ANVIL, DISCOVERY, only, scriptedRegistry, VERSIONS } from './support.ts';

describe('service discovery', () => {
  it('asks once for a hostname, however many questions follow at once', async () => {
    await using scripted = await scriptedRegistry();
    await Promise.all([1, 2, 3].map(() => scripted.registry.listVersions(ANVIL)));
    expect(scripted.server.requests.filter(({ path }) => path === DISCOVERY)).toHaveLength(1);
  });

  it('asks again after it failed', async () => {
    await using scripted = await scriptedRegistry(({ path }, nth) =>
      path === DISCOVERY && nth === 1 ? { status: 403 } : undefined,
    );
    await expect(scripted.registry.listVersions(ANVIL)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
    });
    expect(await scripted.registry.listVersions(ANVIL)).toHaveLength(1);
  });

  it.each([
    ['a path', '/v1/providers/'],
    ['a path without a slash at its end', '/v1/providers'],
    ['a path relative to the document', '../v1/providers/'],
  ])('takes %s as the base URL', async (_, base) => {
    await using scripted = await scriptedRegistry(only(DISCOVERY, { json: { 'providers.v1': base } }));
    expect(await scripted.registry.listVersions(ANVIL)).toHaveLength(1);
  });

  it('reads the base URL relative to where a redirect of the document led', async () => {
    await using scripted = await scriptedRegistry(({ path }) => {
      if (path === DISCOVERY) return { status: 302, headers: { location: '/elsewhere/terraform.json' } };
      if (path === '/elsewhere/terraform.json') return { json: { 'providers.v1': 'providers/' } };
      if (path === '/elsewhere/providers/acme/anvil/versions') return { json: { versions: [] } };
      return undefined;
    });
    expect(await scripted.registry.listVersions(ANVIL)).toEqual([]);
  });

  it('looks for the document below the path of an address that stands for a hostname', async () => {
    await using scripted = await scriptedRegistry(
      only('/mirror/.well-known/terraform.json', { json: { 'providers.v1': '/v1/providers/' } }),
      (url) => `${url}/mirror`,
    );
    expect(await scripted.registry.listVersions(ANVIL)).toHaveLength(1);
  });

  it.each([
    ['has no document', { status: 404 }],
    ['offers no providers.v1', { json: { 'modules.v1': '/v1/modules/' } }],
  ])('takes an address itself as the base URL when it %s', async (_, answer) => {
    await using scripted = await scriptedRegistry(
      only('/v1/providers/.well-known/terraform.json', answer),
      (url) => `${url}/v1/providers`,
    );
    expect(await scripted.registry.listVersions(ANVIL)).toHaveLength(1);
    expect(scripted.server.requests.at(-1)?.path).toBe(VERSIONS);
  });

  it.each([
    'http://registry.example.com/v1/',
    'ftp://127.0.0.1/v1/',
    'https://user:secret@registry.example.com/v1/',
    'https://',
  ])('refuses %s as the base URL', async (base) => {
    await using scripted = await scriptedRegistry(only(DISCOVERY, { json: { 'providers.v1': base } }));
    await expect(scripted.registry.listVersions(ANVIL)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringContaining('providers.v1'),
    });
  });

  it.each([
    ['a web page', PORTAL, 'captive portal'],
    ['a web page that calls itself JSON', { ...PORTAL, headers: {} }, 'captive portal'],
    ['no JSON', { body: 'providers.v1' }, 'not JSON'],
    ['a list', { json: [] }, 'expected object'],
    ['more than 64 KiB', { json: { 'providers.v1': '/', filler: 'x'.repeat(65_536) } }, '65536'],
  ])('refuses a document that is %s', async (_, answer, words) => {
    await using scripted = await scriptedRegistry(only(DISCOVERY, answer));
    await expect(scripted.registry.listVersions(ANVIL)).rejects.toMatchObject({
      code: 'UpstreamResponseInvalid',
      message: expect.stringContaining(words),
    });
  });

  it('refuses an address over plain http beyond this machine', async () => {
    await using scripted = await scriptedRegistry(undefined, () => 'http://registry.example.com');
    await expect(scripted.registry.listVersions(ANVIL)).rejects.toMatchObject({ code: 'AddressRefused' });
  });
});

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEnvironmentOciCredentials, firstCredentials } from '../../../src/adapters/oci/credentials.ts';
import { createDockerCredentials } from '../../../src/adapters/oci/docker-config.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const basic = (username: string, password: string) => ({ kind: 'basic', username, password });

async function credentialsFrom(config: unknown, helpers: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder();
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  await writeFile(join(folder, 'config.json'), text);
  for (const [name, script] of Object.entries(helpers)) {
    const program = join(folder, `docker-credential-${name}`);
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
  }
  const PATH = `${folder}${delimiter}${process.env['PATH']}`;
  return createDockerCredentials({ DOCKER_CONFIG: folder, PATH });
}

describe("Docker's config file", () => {
  it.each<[string, object, { host: string; repository?: string }, unknown]>([
    [
      'the host',
      { 'ghcr.io': auth('robot:pass:word') },
      { host: 'ghcr.io', repository: 'a/b' },
      basic('robot', 'pass:word'),
    ],
    ['another host', { 'ghcr.io': auth('robot:x') }, { host: 'quay.io', repository: 'a' }, undefined],
    [
      'a host that only begins alike',
      { 'ghcr.io': auth('robot:x') },
      { host: 'ghcr.io.example.com' },
      undefined,
    ],
    [
      'an address',
      { 'https://r.example.com:8443/v2/': auth('a:b') },
      { host: 'r.example.com:8443' },
      basic('a', 'b'),
    ],
    [
      'the longest prefix of the repository',
      { 'ghcr.io': auth('all:1'), 'ghcr.io/acme': auth('acme:2'), 'ghcr.io/acme/x': auth('x:3') },
      { host: 'ghcr.io', repository: 'acme/tofu/random' },
      basic('acme', '2'),
    ],
    [
      'no part of a name',
      { 'ghcr.io/ac': auth('ac:2') },
      { host: 'ghcr.io', repository: 'acme/x' },
      undefined,
    ],
    [
      'Docker Hub',
      { 'https://index.docker.io/v1/': auth('hub:1') },
      { host: 'docker.io', repository: 'a/b' },
      basic('hub', '1'),
    ],
    ['plain fields', { 'r.test': { username: 'u', password: 'p' } }, { host: 'r.test' }, basic('u', 'p')],
    [
      'a refresh token',
      { 'r.test': { ...auth('u:'), identitytoken: 'refresh' } },
      { host: 'r.test' },
      { kind: 'identity-token', token: 'refresh' },
    ],
    [
      'a token',
      { 'r.test': { registrytoken: 'given' } },
      { host: 'r.test' },
      { kind: 'bearer', token: 'given' },
    ],
    ['an empty entry', { 'r.test': {} }, { host: 'r.test' }, undefined],
  ])('is read by %s', async (_, auths, wish, expected) => {
    expect(await (await credentialsFrom({ auths })).read(wish)).toEqual(expected);
  });

  it('may be absent, or nowhere at all', async () => {
    const folder = await temporaryFolder();
    expect(
      await createDockerCredentials({ DOCKER_CONFIG: folder }).read({ host: 'ghcr.io' }),
    ).toBeUndefined();
    expect(await createDockerCredentials({}).read({ host: 'ghcr.io' })).toBeUndefined();
  });

  it("is looked for in the home folder's .docker", async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, '.docker'));
    await writeFile(join(home, '.docker/config.json'), JSON.stringify({ auths: { 'ghcr.io': auth('a:b') } }));
    expect(await createDockerCredentials({ HOME: home }).read({ host: 'ghcr.io' })).toEqual(basic('a', 'b'));
  });

  it.each([
    ['no JSON', '{"auths":'],
    ['of another form', '{"auths":{"ghcr.io":{"auth":42}}}'],
    [
      'with an entry that is no user name and password',
      JSON.stringify({ auths: { 'ghcr.io': auth('nothing') } }),
    ],
  ])('is refused when it is %s, without what it says', async (_, text) => {
    const reading = (await credentialsFrom(text)).read({ host: 'ghcr.io' });
    await expect(reading).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringContaining('config.json'),
    });
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('bm90aGluZw') });
  });
});

describe.skipIf(process.platform === 'win32')('a credential helper', () => {
  const PRINT =
    'read server; printf \'{"ServerURL":"%s","Username":"helped-%s","Secret":"s"}\' "$server" "$server"';

  it('is told the registry and goes before what the file says', async () => {
    const credentials = await credentialsFrom(
      { auths: { 'ghcr.io': auth('file:1') }, credHelpers: { 'ghcr.io': 'mine' } },
      { mine: PRINT },
    );
    expect(await credentials.read({ host: 'ghcr.io', repository: 'a' })).toEqual(
      basic('helped-ghcr.io', 's'),
    );
    expect(await credentials.read({ host: 'quay.io' })).toBeUndefined();
  });

  it('of one registry goes before the store of all', async () => {
    const config = { credsStore: 'store', credHelpers: { 'ghcr.io': 'mine' } };
    const credentials = await credentialsFrom(config, {
      mine: PRINT,
      store: PRINT.replace('helped', 'stored'),
    });
    expect(await credentials.read({ host: 'ghcr.io' })).toEqual(basic('helped-ghcr.io', 's'));
    expect(await credentials.read({ host: 'docker.io' })).toEqual(
      basic('stored-https://index.docker.io/v1/', 's'),
    );
  });

  it('may give a refresh token', async () => {
    const script = 'cat >/dev/null; echo \'{"Username":"<token>","Secret":"refresh"}\'';
    const credentials = await credentialsFrom({ credsStore: 'mine' }, { mine: script });
    expect(await credentials.read({ host: 'ghcr.io' })).toEqual({ kind: 'identity-token', token: 'refresh' });
  });

  it('that knows nothing leaves it to the file', async () => {
    const script = 'echo "credentials not found in native keychain"; exit 1';
    const config = { auths: { 'ghcr.io': auth('file:1') }, credsStore: 'mine' };
    const credentials = await credentialsFrom(config, { mine: script });
    expect(await credentials.read({ host: 'ghcr.io' })).toEqual(basic('file', '1'));
  });

  it.each([
    ['fails', 'mine', 'echo "secret-of-helper"; exit 1', 'failed'],
    ['prints something else', 'mine', 'cat >/dev/null; echo secret-of-helper', 'no credential'],
    ['is not installed', 'absent', '', 'not installed'],
    ['is no program’s name', '../../bin/sh', '', "no program's name"],
  ])('that %s is an error that names it and shows nothing', async (_, name, script, words) => {
    const credentials = await credentialsFrom({ credsStore: name }, { mine: script });
    const reading = credentials.read({ host: 'ghcr.io' });
    await expect(reading).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringContaining(words),
    });
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('secret-of-helper') });
  });
});

describe('credentials in the environment', () => {
  const wish = { host: 'ghcr.io' };

  it.each([
    [{ OCI_USERNAME: 'u', OCI_PASSWORD: 'p' }, basic('u', 'p')],
    [{}, undefined],
    [{ OCI_USERNAME: '', OCI_PASSWORD: '' }, undefined],
  ])('%j', async (environment, expected) => {
    expect(await createEnvironmentOciCredentials(environment).read(wish)).toEqual(expected);
  });

  it.each([
    [{ OCI_USERNAME: 'u' }, 'OCI_PASSWORD is not set'],
    [{ OCI_PASSWORD: 'hidden' }, 'OCI_USERNAME is not set'],
  ])('must be whole: %j', async (environment, words) => {
    await expect(createEnvironmentOciCredentials(environment).read(wish)).rejects.toMatchObject({
      code: 'SecretUnreadable',
      message: expect.stringContaining(words),
    });
  });

  it('go before those that come after them', async () => {
    const none = createEnvironmentOciCredentials({});
    const one = createEnvironmentOciCredentials({ A: 'a', B: '1' }, { username: 'A', password: 'B' });
    const other = createEnvironmentOciCredentials({ A: 'a', B: '2' }, { username: 'A', password: 'B' });
    expect(await firstCredentials([none, one, other]).read(wish)).toEqual(basic('a', '1'));
    expect(await firstCredentials([none]).read(wish)).toBeUndefined();
    expect(firstCredentials([none, one]).description).toContain('OCI_USERNAME');
  });
});

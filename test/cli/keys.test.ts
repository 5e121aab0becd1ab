import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readKey } from 'openpgp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderKeyTable } from '../../src/cli/render/signing-keys.ts';
import { readSigningKeys } from '../../src/domain/integrity/signing-key.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { type Ran, runInProcess } from '../support/command-line.ts';
import { embeddedRegistry, registryApi, sampleRegistry, type TestRegistry } from '../support/registries.ts';
import { twoPublishers } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
let releases: readonly SampleRelease[];
let source: Awaited<ReturnType<typeof sampleRegistry>>;
let registry: TestRegistry;

beforeAll(async () => {
  releases = await twoPublishers();
  source = await sampleRegistry(releases);
});
afterAll(() => source[Symbol.asyncDispose]());
beforeEach(async () => {
  registry = await embeddedRegistry();
  return () => registry[Symbol.asyncDispose]();
});

/** The publisher whose releases a subkey signs. */
function weatherKey() {
  const key = releases.find(({ type }) => type === 'weather')?.signingKeys[0];
  if (key === undefined) throw new Error('The sample has no weather');
  return key;
}

/** The same key as its publisher had it before the signing subkey. */
async function olderForm(armor: string): Promise<{ readonly armor: string; readonly subkeyId: string }> {
  const key = await readKey({ armoredKey: armor });
  const [subkey] = key.subkeys.splice(0);
  return { armor: key.armor(), subkeyId: subkey?.getKeyID().toHex().toUpperCase() ?? '' };
}

const withOrganization = () => ({
  TFC_ADDRESS: registry.url,
  TFC_ORGANIZATION: registry.organization,
  TFC_TOKEN: registry.token,
});

const keys = (...args: readonly string[]): Promise<Ran> =>
  runInProcess(['keys', ...args], withOrganization());
const fetchWeather = (...args: readonly string[]) =>
  keys('fetch', 'globex/weather', '--registry', source.url, ...args);

describe('keys list', () => {
  const UNREADABLE = '0123456789ABCDEF';

  beforeEach(async () => {
    await registryApi(registry).createKey((await makeSigningKey({ name: 'In House' })).asciiArmor);
    const folder = join(registry.dataDir, 'keys', UNREADABLE);
    await mkdir(folder, { recursive: true });
    const time = '2026-01-01T00:00:00.000Z';
    const stored = {
      id: '1',
      createdAt: time,
      updatedAt: time,
      keyId: UNREADABLE,
      namespace: registry.organization,
      asciiArmor: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnonsense\n-----END PGP PUBLIC KEY BLOCK-----\n',
    };
    await writeFile(join(folder, 'key.json'), JSON.stringify(stored));
  });

  it('names a key that cannot be read, and shows the others', async () => {
    const { code, stdout } = await keys('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${UNREADABLE} .*unreadable .*cannot be read`, 'm'));
    expect(stdout).toMatch(/ RSA 2048 +In House/);
  });

  it('shows a signing subkey below its key', async () => {
    const { keyId, asciiArmor } = weatherKey();
    await registryApi(registry).createKey(asciiArmor);
    const { subkeyId } = await olderForm(asciiArmor);
    const lines = (await keys('list')).stdout.split('\n');
    const at = lines.findIndex((line) => line.startsWith(keyId));
    expect(lines[at + 1]).toMatch(new RegExp(`^${subkeyId} +2024-01-01 +never +RSA 2048 +signing subkey$`));
  });

  it('gives both to programs', async () => {
    const { stdout } = await keys('list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      keys: [{ algorithm: 'RSA 2048', subkeys: [], signs: true }],
      unreadable: [{ keyId: UNREADABLE, problem: expect.stringContaining('cannot be read') as string }],
    });
  });
});

describe('keys show', () => {
  it('shows the algorithm and every subkey with what it is for', async () => {
    const { keyId, asciiArmor } = weatherKey();
    await registryApi(registry).createKey(asciiArmor);
    const { stdout } = await keys('show', keyId);
    const { subkeyId } = await olderForm(asciiArmor);
    expect(stdout).toMatch(/^algorithm +RSA 2048$/m);
    expect(stdout).toMatch(new RegExp(`^subkey +${subkeyId}, RSA 2048, signs, never expires$`, 'm'));
    expect(stdout).not.toContain('HCP Terraform documents');
  });

  it('warns of an algorithm that HCP Terraform does not document', async () => {
    await using lenient = await embeddedRegistry({ lenient: true });
    const { keyId, asciiArmor } = await makeSigningKey({ algorithm: 'ed25519' });
    await registryApi(lenient).createKey(asciiArmor);
    const environment = { ...withOrganization(), TFC_ADDRESS: lenient.url };
    const { stdout } = await runInProcess(['keys', 'show', keyId], environment);
    expect(stdout).toMatch(/^algorithm +Ed25519$/m);
    expect(stdout).toContain(
      `Signing key ${keyId} is Ed25519; HCP Terraform documents RSA and DSA keys only`,
    );
  });
});

describe('keys add', () => {
  it('says of a key that is there in an older form what differs, and how to bring the newer one', async () => {
    const { asciiArmor, keyId } = weatherKey();
    const { armor, subkeyId } = await olderForm(asciiArmor);
    await registryApi(registry).createKey(armor);
    const file = join(await temporaryFolder(), 'key.asc');
    await writeFile(file, asciiArmor);
    const { code, stdout } = await keys('add', file);
    expect(code).toBe(0);
    expect(stdout).toContain(`${keyId} was already there in another form`);
    expect(stdout).toContain(`The stored form lacks the signing subkey ${subkeyId}.`);
    expect(stdout).toContain('delete the key from the organization’s keys and add it again');
    expect(JSON.parse((await keys('add', file, '--json')).stdout)).toMatchObject({
      keys: [{ outcome: 'present', organizationForm: { relation: 'older' } }],
    });
  });
});

describe('keys fetch with an organization', () => {
  it('says that the organization does not have the key', async () => {
    const { code, stdout } = await fetchWeather();
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('Organization example does not have this key.'),
    ]);
    expect(JSON.parse((await fetchWeather('--json')).stdout)).toMatchObject({
      keys: [{ organizationForm: null }],
    });
  });

  it('says that it has the same form', async () => {
    await registryApi(registry).createKey(weatherKey().asciiArmor);
    expect((await fetchWeather()).stdout).toContain('has the same form of this key');
  });

  it('shows both forms where they differ, and what cannot be installed with the stored one', async () => {
    const { armor, subkeyId } = await olderForm(weatherKey().asciiArmor);
    await registryApi(registry).createKey(armor);
    const { stdout } = await fetchWeather();
    expect(stdout).toContain('Organization example has an older form of this key:');
    expect(stdout).toContain(`- The stored form lacks the signing subkey ${subkeyId}.`);
    expect(stdout).toContain(`- What is signed by ${subkeyId} cannot be installed with the stored form.`);
    expect(stdout.match(/^fingerprint /gm)).toHaveLength(2);
    expect(JSON.parse((await fetchWeather('--json')).stdout)).toMatchObject({
      keys: [{ organizationForm: { relation: 'older', unverifiable: [subkeyId], key: { subkeys: [] } } }],
    });
  });

  it('shows the keys all the same when the organization cannot be read', async () => {
    const environment = { ...withOrganization(), TFC_TOKEN: 'wrong' };
    const args = ['keys', 'fetch', 'globex/weather', '--registry', source.url];
    const { code, stdout, stderr } = await runInProcess(args, environment);
    expect(code).toBe(0);
    expect(stdout).toContain(weatherKey().keyId);
    expect(stderr).toContain('Warning: not compared with the organization’s keys.');
  });

  it('compares nothing where the environment names no organization that could be read', async () => {
    const args = ['keys', 'fetch', 'globex/weather', '--registry', source.url];
    const environment = { TFC_ADDRESS: 'not an address', TFC_ORGANIZATION: 'example' };
    const { code, stdout, stderr } = await runInProcess(args, environment);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('Organization');
  });

  it('wants the options about it to be right', async () => {
    const args = ['keys', 'fetch', 'globex/weather', '--registry', source.url, '--organization', 'example'];
    const { code, stderr } = await runInProcess(args, {});
    expect(code).toBe(2);
    expect(stderr).toContain('TFC_TOKEN');
  });
});

it('a table of keys fits 60 columns, the longest of algorithms and expiries included', async () => {
  const [key] = await readSigningKeys(weatherKey().asciiArmor);
  if (key === undefined) throw new Error('The sample has no key');
  const wide = { ...key, algorithm: 'ECDSA nistp256', expiresAt: new Date('2026-04-18') };
  const listing = {
    keys: [wide],
    unreadable: [{ keyId: '0'.repeat(16), problem: 'The key cannot be read.' }],
  };
  const table = renderKeyTable(listing, new Date('2026-11-01'), { columns: 60, color: false });
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  for (const part of ['nistp256', '(expired)', '0'.repeat(16)]) expect(table).toContain(part);
});

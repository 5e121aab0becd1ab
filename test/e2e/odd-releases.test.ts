import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/application/sync/results.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey, type SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { runInProcess } from '../support/command-line.ts';
import {
  embeddedRegistry,
  GPG_KEYS,
  installableVersions,
  ORGANIZATION,
  registryApi,
  sampleRegistry,
  type TestRegistry,
} from '../support/registries.ts';
import { anvil, DARWIN, LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
let key: SampleSigningKey;
let old: SampleRelease;
let registry: TestRegistry;

beforeAll(async () => {
  key = await makeSigningKey({ name: 'Acme' });
  const release = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms: [LINUX, DARWIN], key };
  old = await makeSampleRelease(release);
});
beforeEach(async () => {
  registry = await embeddedRegistry();
  return () => registry[Symbol.asyncDispose]();
});

/** A sync of `acme/anvil` from a registry with this one release. */
async function sync(release: SampleRelease, entry: object): Promise<RunResult> {
  await using source = await sampleRegistry([release]);
  const config = join(await temporaryFolder(), 'config.json');
  await writeFile(config, JSON.stringify([entry]));
  const environment = {
    TFC_ADDRESS: registry.url,
    TFC_ORGANIZATION: registry.organization,
    TFC_TOKEN: registry.token,
  };
  const { stdout } = await runInProcess(['sync', config, '--json', '--registry', source.url], environment);
  return JSON.parse(stdout) as RunResult;
}

describe('an old release in a new version’s place, validly signed', () => {
  const inPlaceOfNew = (): SampleRelease => ({ ...old, version: '1.1.0' });

  it('is refused, and nothing of it becomes installable', async () => {
    const { providers } = await sync(inPlaceOfNew(), anvil('1.1.0'));
    expect(providers).toMatchObject([{ outcome: 'failed', error: { code: 'PackageVersionMismatch' } }]);
    expect(providers[0]?.error?.message).toContain('anvil_1.0.0_linux_amd64.zip');
    expect(await installableVersions(registry, 'anvil')).toEqual({});
  });

  it('is brought where the config allows such names', async () => {
    const entry = { ...anvil('1.1.0'), 'allow-other-version-names': true };
    const { providers } = await sync(inPlaceOfNew(), entry);
    expect(providers).toMatchObject([{ outcome: 'published' }]);
    expect(Object.keys(await installableVersions(registry, 'anvil'))).toEqual(['1.1.0']);
  });
});

it('a release whose SHA256SUMS is of sha256sum --binary is refused, as no client would find its packages', async () => {
  const shasums = new TextEncoder().encode(new TextDecoder().decode(old.shasums).replaceAll('  ', ' *'));
  const { providers } = await sync({ ...old, shasums, signature: await key.sign(shasums) }, anvil('1.0.0'));
  expect(providers).toMatchObject([{ outcome: 'failed', error: { code: 'ShasumsEntryMissing' } }]);
  expect(await installableVersions(registry, 'anvil')).toEqual({});
});

it('a publisher’s key arrives at the private registry as it was published', async () => {
  const asciiArmor = key.asciiArmor.replace(
    'BLOCK-----\n',
    'BLOCK-----\nComment: https://example.com/keys\n',
  );
  const release = { ...old, signingKeys: [{ keyId: key.keyId, asciiArmor }] };
  expect((await sync(release, anvil('1.0.0'))).providers).toMatchObject([{ outcome: 'published' }]);
  const { document } = await registryApi(registry).call('GET', `${GPG_KEYS}/${ORGANIZATION}/${key.keyId}`);
  expect(document.data.attributes['ascii-armor']).toBe(asciiArmor);
});

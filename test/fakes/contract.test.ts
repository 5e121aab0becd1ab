import { createHash } from 'node:crypto';
import { parseSha256 } from '../../src/domain/artifact/sha256.ts';
import { describeByteSinkContract, describeByteSourceContract } from '../contract/bytes.ts';
import { describeConfigSourceContract } from '../contract/config-source.ts';
import { describeNotifierContract } from '../contract/notifier.ts';
import { describePrivateRegistryContract } from '../contract/private-registry.ts';
import { describePublicRegistryContract } from '../contract/public-registry.ts';
import { describeSigningKeysContract } from '../contract/signing-keys.ts';
import { describeTokenSourceContract } from '../contract/token-source.ts';
import { LINUX, versionOf } from '../support/sync-world.ts';
import { createFakeConfigSource } from './config-source.ts';
import { fakeReleaseOf } from './fake-release.ts';
import { createFakeNotifier } from './notifier.ts';
import { createFakePrivateRegistry } from './private-registry.ts';
import { createFakePublicRegistry, type FakeRelease } from './public-registry.ts';
import { createFakeTokenSource } from './token-source.ts';

const nothingToClose = { [Symbol.asyncDispose]: async () => {} };
const V1 = versionOf('1.0.0');

describePublicRegistryContract('the fake public registry', async (releases) => {
  const fakes = await Promise.all(releases.map((release) => fakeReleaseOf(release)));
  return { registry: createFakePublicRegistry(fakes), ...nothingToClose };
});

describePrivateRegistryContract('the fake private registry', async () => {
  const registry = createFakePrivateRegistry();
  return { registry, signingKeys: registry, ...nothingToClose };
});

describeSigningKeysContract('the fake private registry', async () => ({
  signingKeys: createFakePrivateRegistry(),
  ...nothingToClose,
}));

describeByteSourceContract('a package of the fake public registry', async (bytes) => {
  const address = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
  const release: FakeRelease = {
    address,
    version: '1.0.0',
    protocols: ['5.0'],
    packages: [{ platform: LINUX, filename: 'anvil.zip', bytes }],
    shasums: new Uint8Array(),
    shasumsSignature: new Uint8Array(),
    signingKeys: [],
  };
  const registry = createFakePublicRegistry([release]);
  const source = registry.packageSource(await registry.readPackage(address, V1, LINUX));
  return { source, ...nothingToClose };
});

describeByteSourceContract('a stored package of the fake private registry', async (bytes) => {
  const registry = await withPlatform();
  const [stored] = registry.state.providers.get('anvil')?.get('1.0.0')?.platforms.values() ?? [];
  if (stored) stored.bytes = bytes;
  return { source: registry.storedPackage('anvil', V1, LINUX), ...nothingToClose };
});

describeByteSinkContract('a package of the fake private registry', async () => {
  const registry = await withPlatform();
  const stored = async () => {
    const [platform] = registry.state.providers.get('anvil')?.get('1.0.0')?.platforms.values() ?? [];
    return platform?.bytes;
  };
  return { sink: registry.packageSink('anvil', V1, LINUX), stored, ...nothingToClose };
});

describeConfigSourceContract('the fake config source', async (text) => ({
  source: createFakeConfigSource(text),
  ...nothingToClose,
}));

describeTokenSourceContract('the fake token source', async (secret) => ({
  source: createFakeTokenSource(secret),
  ...nothingToClose,
}));

describeNotifierContract('the fake notifier', async (state) => {
  const notifier = createFakeNotifier({ broken: state === 'broken' });
  const delivered = async () =>
    notifier.messages.map(({ subject, body }) => `${subject}\n${body}`).join('\n');
  return { notifier, delivered, ...nothingToClose };
});

async function withPlatform() {
  const registry = createFakePrivateRegistry();
  const shasum = parseSha256(createHash('sha256').digest('hex'));
  if (shasum === undefined) throw new Error('A SHA-256 digest is 64 hex digits.');
  await registry.createProvider('anvil');
  await registry.createVersion('anvil', V1, { keyId: '34365D9472D7468F', protocols: ['5.0'] });
  await registry.createPlatform('anvil', V1, { platform: LINUX, filename: 'anvil.zip', shasum });
  return registry;
}

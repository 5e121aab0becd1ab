import { createHash } from 'node:crypto';
import { createPrivateRegistry } from '../../../src/adapters/tfe/private-registry.ts';
import { createSigningKeys } from '../../../src/adapters/tfe/signing-keys.ts';
import { parseSha256 } from '../../../src/domain/artifact/sha256.ts';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import {
  describeByteSinkContract,
  describeByteSourceContract,
  inChunks,
  readAll,
} from '../../contract/bytes.ts';
import { describePrivateRegistryContract } from '../../contract/private-registry.ts';
import { describeSigningKeysContract } from '../../contract/signing-keys.ts';
import { createFakeTokenSource } from '../../fakes/token-source.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { embeddedRegistry } from '../../support/registries.ts';
import { LINUX, versionOf } from '../../support/sync-world.ts';

const V1 = versionOf('1.0.0');

describePrivateRegistryContract('the HCP Terraform API over HTTP', makeSubject);
describeSigningKeysContract('the HCP Terraform API over HTTP', makeSubject);

describeByteSourceContract('a stored package over HTTP', async (content) => {
  const subject = await withPlatform();
  await subject.registry.packageSink('anvil', V1, LINUX).send(inChunks(content), content.length);
  return { ...subject, source: subject.registry.storedPackage('anvil', V1, LINUX) };
});

describeByteSinkContract('a package over HTTP', async () => {
  const subject = await withPlatform();
  return {
    ...subject,
    sink: subject.registry.packageSink('anvil', V1, LINUX),
    stored: async () => {
      const { version } = await subject.registry.readProviderVersion('anvil', V1);
      if (version?.platforms[0]?.uploaded !== true) return undefined;
      return await readAll(await subject.registry.storedPackage('anvil', V1, LINUX).open());
    },
  };
});

async function makeSubject() {
  const server = await embeddedRegistry();
  const http = testHttpClient('destination');
  const { organization } = server;
  const token = createFakeTokenSource(server.token);
  const options = { http, address: server.url, organization, token };
  return {
    registry: createPrivateRegistry(options),
    signingKeys: createSigningKeys(options),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function withPlatform() {
  const subject = await makeSubject();
  const shasum = parseSha256(createHash('sha256').digest('hex'));
  if (shasum === undefined) throw new Error('A SHA-256 digest is 64 hex digits.');
  const { registry } = subject;
  await registry.createProvider('anvil');
  await registry.createVersion('anvil', V1, { keyId: HASHICORP_KEY_ID, protocols: ['5.0'] });
  await registry.createPlatform('anvil', V1, { platform: LINUX, filename: 'anvil.zip', shasum });
  return subject;
}

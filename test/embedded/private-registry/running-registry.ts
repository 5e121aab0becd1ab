import { afterAll, beforeAll } from 'vitest';
import type { EmbeddedRegistryOptions } from '../../../src/embedded/private-registry/server.ts';
import { makeSigningKey, type SampleSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { embeddedRegistry, registryApi, type TestRegistry } from '../../support/registries.ts';

type Api = ReturnType<typeof registryApi>;

export interface RunningRegistry {
  /** To be read in tests, when the registry runs. */
  readonly registry: Pick<TestRegistry, 'url' | 'token'>;
  readonly api: Api;
}

/** One registry for all tests of the file, with what `prepare` puts into it. */
export function runningRegistry(
  options: Partial<EmbeddedRegistryOptions>,
  prepare: (api: Api) => Promise<void>,
): RunningRegistry {
  let running: TestRegistry;
  const registry = {
    get url() {
      return running.url;
    },
    get token() {
      return running.token;
    },
  };
  const api = registryApi(registry);
  beforeAll(async () => {
    running = await embeddedRegistry(options);
    await prepare(api);
  });
  afterAll(() => running[Symbol.asyncDispose]());
  return { registry, api };
}

/** A registry that has a key and aws 1.0.0 for linux_amd64 by it, and a reference to the public hashicorp/null. */
export function registryWithAws(): RunningRegistry & {
  readonly key: Pick<SampleSigningKey, 'keyId' | 'asciiArmor'>;
} {
  let made: SampleSigningKey;
  const key = {
    get keyId() {
      return made.keyId;
    },
    get asciiArmor() {
      return made.asciiArmor;
    },
  };
  const running = runningRegistry({}, async (api) => {
    made = await makeSigningKey();
    await api.createProvider('aws');
    await api.createProvider('null', 'public', 'hashicorp');
    await api.createKey(made.asciiArmor);
    await api.createVersion('aws', '1.0.0', made.keyId);
    await api.createPlatform('aws', '1.0.0', awsPlatform());
  });
  return { ...running, key };
}

export const awsPlatform = (change: object = {}) => ({
  os: 'linux',
  arch: 'amd64',
  shasum: 'a'.repeat(64),
  filename: 'terraform-provider-aws_1.0.0_linux_amd64.zip',
  ...change,
});

import { createMessage, sign } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectPrivateRegistry } from '../../../src/adapters/tfe/connect.ts';
import { makeSampleRelease, type SampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import type { VerifiedProvider } from '../../../src/ports/destination.ts';
import { describeDestinationContract } from '../../contract/destination.ts';
import { deliver } from '../../contract/destination-releases.ts';
import { describeVersionStoreContract } from '../../contract/version-store.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { createFakePrivateRegistry } from '../../fakes/private-registry.ts';
import { createFakeTokenSource } from '../../fakes/token-source.ts';
import { dyingClient } from '../../support/dying.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { armorOf, keyIdOf, throwawayKey } from '../../support/pgp/throwaway-keys.ts';
import { embeddedRegistry, registryApi, type TestRegistry } from '../../support/registries.ts';
import { registryClientView } from '../../support/registry-client-view.ts';
import { DARWIN, LINUX, privateDestination } from '../../support/sync-world.ts';
import { verifiedProviderOf } from '../../support/verified-provider.ts';

const SIGNED_AT = new Date('2026-06-01T00:00:00Z');
const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));

function connectTo(registry: TestRegistry, http: ReturnType<typeof testHttpClient>, dieAfter?: number) {
  const { url: address, organization, token } = registry;
  return connectPrivateRegistry({
    http: dyingClient(http, dieAfter),
    address,
    organization,
    token: createFakeTokenSource(token),
    clock,
  }).destination;
}

async function subject() {
  const registry = await embeddedRegistry();
  const http = testHttpClient('destination');
  return {
    connect: (dieAfter?: number) => connectTo(registry, http, dieAfter),
    clientView: ({ type }: { readonly type: string }) => registryClientView(registry, type),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await registry[Symbol.asyncDispose]();
    },
  };
}

describeDestinationContract(
  'a private registry over HTTP',
  async () => {
    const { connect, ...rest } = await subject();
    return { ...rest, open: async ({ dieAfter } = {}) => connect(dieAfter) };
  },
  { checksDigests: false, dyingStride: 2 },
);

describeVersionStoreContract(
  'a private registry over HTTP',
  async () => {
    const { connect, ...rest } = await subject();
    return {
      ...rest,
      open: async ({ dieAfter } = {}) => {
        const destination = connect(dieAfter);
        return { destination, store: destination };
      },
    };
  },
  { dyingStride: 2 },
);

describe('what a private registry claims', () => {
  let release: SampleRelease;
  let provider: VerifiedProvider;
  beforeAll(async () => {
    const key = await makeSigningKey({ name: 'Acme' });
    const platforms = [LINUX, DARWIN];
    release = await makeSampleRelease({ namespace: 'acme', type: 'anvil', version: '1.0.0', platforms, key });
    provider = await verifiedProviderOf(release);
  });

  it('makes no version visible whose package was answered well and stored nowhere', async () => {
    let swallowed = 0;
    await using registry = await embeddedRegistry({
      intercept: ({ method, url }, response) => {
        if (method !== 'PUT' || swallowed > 0 || /sums|sig/i.test(url ?? '')) return false;
        swallowed += 1;
        response.writeHead(200).end();
        return true;
      },
    });
    await using http = testHttpClient('destination');
    const destination = connectTo(registry, http);

    await expect(deliver(destination, provider)).rejects.toMatchObject({
      code: 'DestinationResponseInvalid',
      message: expect.stringMatching(
        /does not show (linux_amd64|darwin_arm64) as uploaded.*not made visible/,
      ),
    });
    expect(swallowed).toBe(1);
    expect(await registryClientView(registry, 'anvil')).toEqual([]);

    expect(await deliver(destination, provider)).toBe('complete');
    expect(await registryClientView(registry, 'anvil')).toHaveLength(2);
  });

  it('is no version that is up to date when its stored signature is garbage', async () => {
    const registry = createFakePrivateRegistry();
    const destination = privateDestination(registry, clock);
    await deliver(destination, provider);
    Object.assign(registry.state.providers.get('anvil')?.get('1.0.0') ?? {}, {
      signature: Buffer.from('garbage'),
    });

    const plan = await destination.inspect(provider);
    expect(plan).toMatchObject({ outcome: 'conflict', differences: [{ what: 'signature' }] });
  });

  it('is no version that is up to date when it is registered for other protocols', async () => {
    const registry = createFakePrivateRegistry();
    const destination = privateDestination(registry, clock);
    await deliver(destination, provider);
    Object.assign(registry.state.providers.get('anvil')?.get('1.0.0') ?? {}, { protocols: ['4.0'] });

    expect(await destination.inspect(provider)).toMatchObject({
      outcome: 'conflict',
      differences: [{ what: 'protocols', present: '4.0' }],
    });
  });

  it('is a conflict of one platform where its digest is no SHA-256, and the others are judged all the same', async () => {
    await using registry = await embeddedRegistry({ lenient: true });
    await using http = testHttpClient('destination');
    const destination = connectTo(registry, http);
    await deliver(destination, await verifiedProviderOf(release, { platforms: [LINUX] }));
    const darwin = provider.files.find(({ platform }) => platform.os === 'darwin');
    const shasum = 'd41d8cd98f00b204e9800998ecf8427e';
    const attributes = { ...DARWIN, shasum, filename: darwin?.filename };
    const created = await registryApi(registry).createPlatform('anvil', '1.0.0', attributes);
    expect(created.status).toBe(201);

    const plan = await destination.inspect(provider);
    expect(plan.outcome).toBe('conflict');
    expect(plan.differences).toEqual([
      {
        what: 'shasum',
        file: darwin?.filename,
        present: `"${shasum}"`,
        wanted: darwin?.sha256,
        text: expect.stringContaining(`package shasum: the private registry has "${shasum}", upstream`),
      },
    ]);
    const linuxAlone = await verifiedProviderOf(release, { platforms: [LINUX] });
    expect((await destination.inspect(linuxAlone)).outcome).toBe('up-to-date');
  });

  it.each([
    ['rsa', 'RSA 2048', []],
    ['ed25519', 'Ed25519', [expect.stringContaining('HCP Terraform documents RSA and DSA keys only')]],
  ] as const)(
    'tells before an %s key is added of which algorithm it is',
    async (algorithm, name, remarks) => {
      const key = await makeSigningKey({ name: 'Acme', algorithm });
      const signed = { namespace: 'acme', type: 'anvil', version: '1.0.0', platforms: [LINUX], key };
      const destination = privateDestination(createFakePrivateRegistry(), clock);
      const plan = await destination.inspect(await verifiedProviderOf(await makeSampleRelease(signed)));
      expect(plan.steps[0]?.text).toBe(`add signing key ${key.keyId} (${name})`);
      expect(plan.remarks).toEqual(remarks);
    },
  );

  it('is told with what to do when the organization has an older form of the key', async () => {
    const primary = await throwawayKey();
    const older = armorOf(primary);
    const renewed = await primary.addSubkey({ sign: true, date: SIGNED_AT });
    const signed = await makeSampleRelease({
      namespace: 'globex',
      type: 'weather',
      version: '3.0.0',
      platforms: [LINUX],
      key: {
        keyId: keyIdOf(primary),
        signingKeyId: keyIdOf(renewed.subkeys.at(-1) ?? renewed),
        asciiArmor: armorOf(renewed),
        sign: async (bytes) =>
          await sign({
            message: await createMessage({ binary: bytes }),
            signingKeys: renewed,
            detached: true,
            format: 'binary',
            date: SIGNED_AT,
          }),
      },
    });
    const registry = createFakePrivateRegistry();
    await registry.add({ keyId: keyIdOf(primary), asciiArmor: older });
    const destination = privateDestination(registry, clock);
    const weather = await verifiedProviderOf(signed);

    expect(await destination.inspect(weather)).toMatchObject({
      outcome: 'conflict',
      steps: [],
      differences: [{ what: 'signing-key', text: expect.stringContaining('keys add') }],
    });
  });
});

import type { PrivateRegistry } from '../../../src/adapters/tfe/contract.ts';
import { PRIVATE_REGISTRY } from '../../../src/adapters/tfe/destination.ts';
import { createVersionStore } from '../../../src/adapters/tfe/version-store.ts';
import { cleanupOldVersions } from '../../../src/application/cleanup/cleanup-old-versions.ts';
import type { CleanupPorts, CleanupRequest } from '../../../src/application/cleanup/plan.ts';
import type { ProviderEntry, SyncConfig } from '../../../src/domain/config/config.ts';
import type { AvailableVersion, RegistryPackage } from '../../../src/domain/provider/release.ts';
import { DEFAULT_RETENTION_POLICY, type RetentionPolicy } from '../../../src/domain/retention/policy.ts';
import { makeSigningKey, type SampleSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { daysAgo, LATEST, NOW } from '../../domain/retention/listings.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { createRecordingReporter } from '../../fakes/event-reporter.ts';
import { createFakePrivateRegistry, type FakePrivateRegistry } from '../../fakes/private-registry.ts';
import { versionOf } from '../../support/sync-world.ts';

const BYTES = new Uint8Array([1]);

/** Signs every seeded version, and is what the public registry lists unless a test says otherwise. */
export const ACME = await makeSigningKey({ name: 'Acme' });

/** A listing of which no request but an exact one finds any. */
export const NO_MATCH = ['99.0.0-rc1'];

/** Complete versions, 100 days old, unless the state is spoiled afterwards. */
export function seed(
  registry: FakePrivateRegistry,
  provider: string,
  texts: readonly string[],
  keyId: string = ACME.keyId,
): void {
  const versions = texts.map((text) => ({
    text,
    createdAt: daysAgo(100),
    keyId,
    protocols: ['5.0'],
    platforms: new Map([['linux_amd64', {} as never]]),
    shasums: BYTES,
    signature: BYTES,
  }));
  registry.state.providers.set(provider, new Map(versions.map((version) => [version.text, version])));
}

export function entry(type: string, other: Partial<ProviderEntry> = {}): ProviderEntry {
  return {
    path: '$[0]',
    address: { hostname: 'registry.terraform.io', namespace: 'hashicorp', type },
    requested: LATEST,
    platforms: [{ os: 'linux', arch: 'amd64' }],
    pinnedKeyId: undefined,
    retain: [],
    destinations: undefined,
    allowOtherVersionNames: false,
    policy: undefined,
    ...other,
  };
}

export function configFor(...entries: readonly (string | ProviderEntry)[]): SyncConfig {
  return {
    providers: entries.map((one) => (typeof one === 'string' ? entry(one) : one)),
    destinations: undefined,
    policy: undefined,
    bottles: undefined,
  };
}

export const OPEN_BRAKE = { maxShare: 1, maxCount: 10_000 };

/** What a public registry says of a package signed by one of `keys`. */
export function packageOf(...keys: readonly SampleSigningKey[]): RegistryPackage {
  const signingKeys = (keys.length === 0 ? [ACME] : keys).map(({ asciiArmor }) => ({
    // Claims are nothing to go by.
    claimedKeyId: '0123456789ABCDEF',
    asciiArmor,
    source: undefined,
  }));
  return { signingKeys } as unknown as RegistryPackage;
}

/** A private registry as a fake, seeded by the test, and a public one whose listings hold nothing that is asked for. */
export function cleanupWorld() {
  const registry = createFakePrivateRegistry();
  const reporter = createRecordingReporter();
  const publicRegistry: CleanupPorts['publicRegistry'] = {
    listVersions: async () => available(NO_MATCH),
    readPackage: async () => packageOf(),
  };
  const storeOf = (methods: Partial<PrivateRegistry>) =>
    createVersionStore({ ...registry, ...methods }, PRIVATE_REGISTRY);
  const ports = {
    publicRegistry,
    destinations: [storeOf({})] as CleanupPorts['destinations'],
    destinationsNamed: false,
    events: reporter,
    clock: fixedClock(NOW),
  };
  /** Lets some methods of the registry answer otherwise. */
  const override = (methods: Partial<PrivateRegistry>) => void (ports.destinations = [storeOf(methods)]);
  const present = (provider: string) => [...(registry.state.providers.get(provider)?.keys() ?? [])];
  const clean = (
    policy: Partial<RetentionPolicy>,
    request: Partial<CleanupRequest> & { dryRun?: boolean } = {},
  ) =>
    cleanupOldVersions(ports, {
      config: configFor('aws', 'null'),
      policy: { ...DEFAULT_RETENTION_POLICY, brake: OPEN_BRAKE, ...policy },
      dryRun: false,
      ...request,
    });
  return { registry, reporter, ports, override, present, clean };
}

export const AWS = ['1.0.0', '1.1.0', '2.0.0', '2.1.0-beta1', '3.0.0'];

/** As the public registry lists them. */
export function available(texts: readonly string[]): readonly AvailableVersion[] {
  return texts.map((text) => ({ version: versionOf(text), protocols: [], platforms: [] }));
}

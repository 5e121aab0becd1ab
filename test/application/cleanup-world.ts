import {
  type CleanupPorts,
  type CleanupRequest,
  cleanupOldVersions,
} from '../../src/application/cleanup-old-versions.ts';
import type { ProviderEntry, SyncConfig } from '../../src/domain/config/config.ts';
import type { AvailableVersion } from '../../src/domain/provider/release.ts';
import { DEFAULT_RETENTION_POLICY, type RetentionPolicy } from '../../src/domain/retention/policy.ts';
import { daysAgo, LATEST, NOW } from '../domain/retention/listings.ts';
import { fixedClock } from '../fakes/clock.ts';
import { createRecordingReporter } from '../fakes/event-reporter.ts';
import { createFakePrivateRegistry, type FakePrivateRegistry } from '../fakes/private-registry.ts';
import { createFakePublicRegistry } from '../fakes/public-registry.ts';
import { versionOf } from '../support/sync-world.ts';

const BYTES = new Uint8Array([1]);

/** Complete versions, 100 days old, unless the state is spoiled afterwards. */
export function seed(registry: FakePrivateRegistry, provider: string, texts: readonly string[]): void {
  const versions = texts.map((text) => ({
    text,
    createdAt: daysAgo(100),
    keyId: '34365D9472D7468F',
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

type Registry = CleanupPorts['privateRegistry'];

/** Both registries as fakes: the private one is seeded, the public one knows no provider. */
export function cleanupWorld() {
  const registry = createFakePrivateRegistry();
  const reporter = createRecordingReporter();
  const publicRegistry = createFakePublicRegistry();
  const ports = {
    publicRegistry: publicRegistry as CleanupPorts['publicRegistry'],
    privateRegistry: registry as Registry,
    events: reporter,
    clock: fixedClock(NOW),
  };
  /** Lets some methods of the registry answer otherwise. */
  const override = (methods: Partial<Registry>) => void (ports.privateRegistry = { ...registry, ...methods });
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

import { beforeAll, beforeEach } from 'vitest';
import { createPrivateRegistryDestination, PRIVATE_REGISTRY } from '../../src/adapters/tfe/destination.ts';
import type { SyncPorts } from '../../src/application/sync/ports.ts';
import type { SyncConfig } from '../../src/domain/config/config.ts';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import type { Platform } from '../../src/domain/provider/platform.ts';
import { parseVersion, type Version } from '../../src/domain/provider/version.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { fixedClock } from '../fakes/clock.ts';
import { createRecordingReporter, type RecordingReporter } from '../fakes/event-reporter.ts';
import { fakeReleaseOf } from '../fakes/fake-release.ts';
import { createFakePrivateRegistry, type FakePrivateRegistry } from '../fakes/private-registry.ts';
import { createFakePublicRegistry, type FakePublicRegistry } from '../fakes/public-registry.ts';

export const LINUX: Platform = { os: 'linux', arch: 'amd64' };
export const DARWIN: Platform = { os: 'darwin', arch: 'arm64' };
export const WINDOWS: Platform = { os: 'windows', arch: 'amd64' };

export interface SyncWorld {
  readonly ports: SyncPorts;
  readonly publicRegistry: FakePublicRegistry;
  readonly privateRegistry: FakePrivateRegistry;
  readonly reporter: RecordingReporter;
}

/** Both registries as fakes, the private one empty, with a recording reporter and a standing clock. */
export async function syncWorld(releases: readonly SampleRelease[]): Promise<SyncWorld> {
  const publicRegistry = createFakePublicRegistry(
    await Promise.all(releases.map((release) => fakeReleaseOf(release))),
  );
  const privateRegistry = createFakePrivateRegistry();
  const reporter = createRecordingReporter();
  const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
  const ports = {
    publicRegistry,
    destinations: [privateDestination(privateRegistry, clock)],
    destinationsNamed: false,
    events: reporter,
    progress: reporter,
    clock,
  };
  return { ports, publicRegistry, privateRegistry, reporter };
}

/** The fake private registry as a sync's destination. */
export function privateDestination(registry: FakePrivateRegistry, clock: Clock) {
  return createPrivateRegistryDestination({
    name: PRIVATE_REGISTRY,
    registry,
    signingKeys: registry,
    clock,
  });
}

export interface FreshWorld extends SyncWorld {
  /** As of `twoPublishers`. */
  readonly releases: readonly SampleRelease[];
}

/** The registries of `syncWorld` with the releases of `twoPublishers`, new for every test of the file. */
export function freshWorld(prepare?: (world: SyncWorld) => Promise<unknown>): FreshWorld {
  let releases: readonly SampleRelease[];
  let world: SyncWorld;
  beforeAll(async () => {
    releases = await twoPublishers();
  });
  beforeEach(async () => {
    world = await syncWorld(releases);
    await prepare?.(world);
  });
  return {
    get releases() {
      return releases;
    },
    get ports() {
      return world.ports;
    },
    get publicRegistry() {
      return world.publicRegistry;
    },
    get privateRegistry() {
      return world.privateRegistry;
    },
    get reporter() {
      return world.reporter;
    },
  };
}

/** Two publishers with a key each: `acme/anvil` 1.0.0 and 1.1.0, `globex/weather` 3.0.0; three platforms each. */
export async function twoPublishers(): Promise<readonly SampleRelease[]> {
  const [acme, globex] = await Promise.all([
    makeSigningKey({ name: 'Acme' }),
    makeSigningKey({ name: 'Globex', signingSubkey: true }),
  ]);
  const platforms = [LINUX, DARWIN, WINDOWS];
  return await Promise.all([
    makeSampleRelease({ namespace: 'acme', type: 'anvil', version: '1.0.0', platforms, key: acme }),
    makeSampleRelease({ namespace: 'acme', type: 'anvil', version: '1.1.0', platforms, key: acme }),
    makeSampleRelease({ namespace: 'globex', type: 'weather', version: '3.0.0', platforms, key: globex }),
  ]);
}

export function configOf(...entries: readonly Record<string, unknown>[]): SyncConfig {
  return parseConfig(JSON.stringify(entries));
}

export const anvil = (version = 'latest', platforms: readonly Platform[] = [LINUX, DARWIN]) => ({
  provider: 'anvil',
  namespace: 'acme',
  version,
  platforms,
});

export const weather = (version = 'latest', platforms: readonly Platform[] = [LINUX, DARWIN]) => ({
  provider: 'weather',
  namespace: 'globex',
  version,
  platforms,
});

export function versionOf(text: string): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is not a version`);
  return version;
}

import type { ArtifactFile } from '../../domain/artifact/artifact.ts';
import { SyncError } from '../../domain/errors.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Delivery, DeliveryContext, Destination } from '../../ports/destination.ts';
import type { MirrorStore, StoredFile } from '../../ports/mirror-store.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { createPackageHasher, type PackageHasher } from '../zip/package-hasher.ts';
import { commitDelivery } from './commit.ts';
import { inspectMirror } from './inspection.ts';
import { providerFolder } from './layout.ts';
import { type PlacedPackage, placedPackages } from './packages.ts';
import { mirrorVersions } from './version-store.ts';

export interface NetworkMirrorOptions {
  /** The config's name for it. */
  readonly name: string;
  readonly store: MirrorStore;
  readonly clock: Clock;
  /** Shared by the mirrors of a run, so that a package's contents are hashed once. Default: one of its own. */
  readonly hasher?: PackageHasher;
}

/**
 * A mirror that clients install from under a provider's original address ("provider network mirror protocol"),
 * over a store such as a folder or a bucket. A folder serves as a `filesystem_mirror` too.
 */
export function createNetworkMirror(options: NetworkMirrorOptions): Destination & VersionStore {
  const { name, store, clock } = options;
  const hasher = options.hasher ?? createPackageHasher();
  return {
    name,
    kind: 'network-mirror',
    description: `the mirror ${store.location}`,
    inspect: (release) => inspectMirror(store, release, clock.now()),
    begin: async (release, _plan, context) => {
      if (context.signal?.aborted) throw interruptionOf(context.signal.reason);
      await store.tidy(providerFolder(release.address));
      return createDelivery({ store, clock, hasher, release, context });
    },
    storedFile: (release, file) => {
      const { file: stored, name: filename } = placedPackage(release, file);
      return {
        name: `${filename} in ${store.location}`,
        open: async () => {
          const opened = await store.openFile({ key: stored.key });
          if (opened === undefined) {
            throw new SyncError('DestinationNotFound', `There is no ${stored.key} in ${store.location}.`);
          }
          return { size: opened.size, etag: undefined, offset: 0, body: opened.body };
        },
      };
    },
    ...mirrorVersions(store),
  };
}

function createDelivery(parts: {
  readonly store: MirrorStore;
  readonly clock: Clock;
  readonly hasher: PackageHasher;
  readonly release: VerifiedRelease;
  readonly context: DeliveryContext;
}): Delivery {
  const { store, clock, hasher, release, context } = parts;
  const received = new Map<string, StoredFile>();
  return {
    sinkFor: (wanted) => {
      const { file, name } = placedPackage(release, wanted);
      return {
        name: `${name} to ${store.location}`,
        send: async (body, size, { proved = false } = {}) => {
          const watched = hasher.watch(file.sha256, body, { proved });
          try {
            const stored = await store.putFile(file, watched.body, { size, signal: context.signal, proved });
            watched.confirm();
            received.set(wanted.filename, stored);
          } finally {
            watched.leave();
          }
        },
      };
    },
    commit: async () => {
      if (context.signal?.aborted) throw interruptionOf(context.signal.reason);
      await commitDelivery({ store, release, hasher, now: clock.now(), received });
    },
    // A send that broke off has cleaned up after itself; whole packages wait, unseen, for the next run.
    abandon: async () => {},
  };
}

function placedPackage(release: VerifiedRelease, { filename }: ArtifactFile): PlacedPackage {
  const found = placedPackages(release).find(({ pkg }) => pkg.filename === filename);
  if (found === undefined) throw new SyncError('InternalError', `${release.id} has no file ${filename}.`);
  return found;
}

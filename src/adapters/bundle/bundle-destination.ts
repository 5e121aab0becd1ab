import type { HeldVersion } from '../../domain/bundle/manifest.ts';
import type { DeliveryDifference, DeliveryPlan } from '../../domain/delivery/plan.ts';
import { sameAddress } from '../../domain/provider/address.ts';
import { formatPlatform, samePlatform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import { sameVersion } from '../../domain/provider/version.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Destination } from '../../ports/destination.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { createNetworkMirror } from '../network-mirror/network-mirror.ts';

export interface BundleDestinationOptions {
  readonly name: string;
  /** Of the draft. */
  readonly store: MirrorStore;
  readonly clock: Clock;
  /** What the bundle leaves out, because it is there already where the bundle goes to. */
  readonly before: readonly HeldVersion[];
}

/**
 * A bundle on its way to be sealed: filled as a network mirror is, since that is what lies in it. What its base
 * brought counts as there.
 */
export function createBundleDestination(options: BundleDestinationOptions): Destination & VersionStore {
  const { name, store, clock, before } = options;
  const mirror = createNetworkMirror({ name, store, clock });
  return {
    ...mirror,
    kind: 'bundle',
    description: `the bundle ${store.location}`,
    inspect: async (release) => {
      const { differences, fresh } = compareWithBase(release, before);
      if (differences.length > 0) return { ...NOTHING, outcome: 'conflict', differences };
      return fresh.files.length === 0 ? NOTHING : await mirror.inspect(fresh);
    },
    begin: async (release, plan, context) =>
      await mirror.begin(compareWithBase(release, before).fresh, plan, context),
  };
}

const NOTHING: DeliveryPlan = { outcome: 'up-to-date', steps: [], missing: [], differences: [], remarks: [] };

/** The release without the packages that the base brought, and where the base has other ones. */
function compareWithBase(
  release: VerifiedRelease,
  before: readonly HeldVersion[],
): { readonly differences: readonly DeliveryDifference[]; readonly fresh: VerifiedRelease } {
  const held = before.find(
    ({ address, version }) => sameAddress(address, release.address) && sameVersion(version, release.version),
  );
  const heldOf = ({ platform }: ReleasePackage) =>
    held?.packages.find((other) => samePlatform(other.platform, platform));
  const differences = release.files.flatMap((pkg): readonly DeliveryDifference[] => {
    const present = heldOf(pkg)?.sha256;
    if (present === undefined || present === pkg.sha256) return [];
    const text = `${formatPlatform(pkg.platform)} package shasum: an earlier bundle has ${present}, upstream ${pkg.sha256}`;
    return [{ what: 'shasum', file: pkg.filename, present, wanted: pkg.sha256, text }];
  });
  const files = release.files.filter((pkg) => heldOf(pkg) === undefined);
  return { differences, fresh: { ...release, files } };
}

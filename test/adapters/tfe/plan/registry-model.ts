import type { UploadStep } from '../../../../src/adapters/tfe/plan/plan.ts';
import { planUpload } from '../../../../src/adapters/tfe/plan/plan-upload.ts';
import type {
  PresentPlatform,
  PresentProvider,
  PresentVersion,
} from '../../../../src/adapters/tfe/plan/present.ts';
import { parseShasums } from '../../../../src/domain/integrity/shasums.ts';
import { formatPlatform, samePlatform } from '../../../../src/domain/provider/platform.ts';
import type { VerifiedRelease } from '../../../../src/domain/provider/release.ts';

/** What a private registry holds, as far as a plan can change it. */
export interface Registry {
  readonly present: PresentProvider;
  readonly signingKeyPresent: boolean;
}

export const planFor = (release: VerifiedRelease, registry: Registry) => planUpload({ release, ...registry });

/** The registry after one step. Throws when the step needs what is not there, or touches what is complete. */
export function apply(release: VerifiedRelease, registry: Registry, step: UploadStep): Registry {
  const { present } = registry;
  const refuse = (wrong: boolean) => {
    if (wrong) throw new Error(`The registry would refuse ${JSON.stringify(step)}`);
  };
  switch (step.kind) {
    case 'add-signing-key':
      refuse(registry.signingKeyPresent || step.keyId !== release.signingKey.keyId);
      return { ...registry, signingKeyPresent: true };
    case 'create-provider':
      refuse(present.provider);
      return { ...registry, present: { ...present, provider: true } };
    case 'create-version': {
      refuse(!present.provider || present.version !== undefined);
      const { keyId, protocols } = step;
      const version: PresentVersion = {
        version: release.version,
        keyId,
        protocols,
        shasums: { state: 'missing' },
        signature: { state: 'missing' },
        platforms: [],
      };
      return { ...registry, present: { ...present, version } };
    }
    default: {
      if (present.version === undefined) throw new Error('There is no version');
      return { ...registry, present: { ...present, version: fill(release, present.version, step) } };
    }
  }
}

type FillingStep = Exclude<
  UploadStep,
  { kind: 'add-signing-key' } | { kind: 'create-provider' } | { kind: 'create-version' }
>;

function fill(release: VerifiedRelease, version: PresentVersion, step: FillingStep): PresentVersion {
  const refuse = (wrong: boolean) => {
    if (wrong) throw new Error(`The registry would refuse ${JSON.stringify(step)}`);
  };
  if (step.kind === 'upload-shasums') {
    refuse(version.shasums.state === 'uploaded');
    const bytes = release.shasums;
    return { ...version, shasums: { state: 'uploaded', bytes, shasums: parseShasums(bytes) } };
  }
  if (step.kind === 'upload-shasums-signature') {
    refuse(version.signature.state === 'uploaded');
    return { ...version, signature: { state: 'uploaded', bytes: release.shasumsSignature } };
  }
  const { platform, filename, sha256: shasum } = step.package;
  const there = version.platforms.find((each) => samePlatform(each.platform, platform));
  if (step.kind === 'create-platform') {
    refuse(there !== undefined);
    return { ...version, platforms: [...version.platforms, { platform, filename, shasum, uploaded: false }] };
  }
  refuse(there === undefined || there.uploaded);
  const uploaded = (each: PresentPlatform) => (each === there ? { ...each, uploaded: true } : each);
  return { ...version, platforms: version.platforms.map(uploaded) };
}

/** Applies the whole plan; fails when there is none because of a conflict. */
export function carryOut(release: VerifiedRelease, registry: Registry): Registry {
  const plan = planFor(release, registry);
  if (plan.outcome === 'conflict') throw new Error('The plan found a conflict');
  return plan.steps.reduce<Registry>((state, step) => apply(release, state, step), registry);
}

/** The registry with its platforms in a fixed order, so that two can be compared. */
export function inOrder(registry: Registry): Registry {
  const { version } = registry.present;
  if (version === undefined) return registry;
  const name = (each: PresentPlatform) => formatPlatform(each.platform);
  const platforms = version.platforms.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
  return { ...registry, present: { ...registry.present, version: { ...version, platforms } } };
}

/** Whether Terraform could see the version: its SHA256SUMS and signature are both there. */
export function isInstallable({ present: { version } }: Registry): boolean {
  return version?.shasums.state === 'uploaded' && version.signature.state === 'uploaded';
}

export function hasEveryPackage(release: VerifiedRelease, { present: { version } }: Registry): boolean {
  return release.files.every((pkg) =>
    version?.platforms.some((each) => samePlatform(each.platform, pkg.platform) && each.uploaded),
  );
}

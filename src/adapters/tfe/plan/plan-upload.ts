import { HASHICORP_KEY_ID } from '../../../domain/integrity/signing-key.ts';
import { samePlatform } from '../../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../../domain/provider/release.ts';
import { findDifferences } from './find-differences.ts';
import type { UploadPlan, UploadStep, VersionDifference } from './plan.ts';
import type { PresentProvider, PresentVersion } from './present.ts';

/**
 * Compares the release (desired) with the private registry (present) and gives the steps from one to the other.
 *
 * A registry lets nobody use a version before SHA256SUMS and its signature are there, so these come last: a new
 * version appears whole or not at all. What is complete is not touched, platforms that the release does not
 * name are left alone, and a version that differs from upstream gets no step at all.
 */
export function planUpload(input: {
  readonly release: VerifiedRelease;
  readonly present: PresentProvider;
  readonly signingKeyPresent: boolean;
  /** What a client would refuse of the stored documents, as `judgeDocuments` found it. */
  readonly judged?: readonly VersionDifference[];
}): UploadPlan {
  const { release, present } = input;
  const differences = [
    ...(present.version === undefined ? [] : findDifferences(release, present.version)),
    ...(input.judged ?? []),
  ];
  if (differences.length > 0) return { outcome: 'conflict', steps: [], differences };
  const steps = [
    ...signingKeySteps(release, input.signingKeyPresent),
    ...creationSteps(release, present),
    ...release.files.flatMap((pkg) => packageSteps(pkg, present.version)),
    ...closingSteps(present.version),
  ];
  if (steps.length === 0) return { outcome: 'up-to-date', steps: [] };
  return { outcome: present.version === undefined ? 'publish' : 'complete', steps };
}

function signingKeySteps({ signingKey }: VerifiedRelease, present: boolean): readonly UploadStep[] {
  const { keyId, asciiArmor } = signingKey;
  if (present || keyId.toUpperCase() === HASHICORP_KEY_ID) return [];
  return [{ kind: 'add-signing-key', keyId, asciiArmor }];
}

function creationSteps(release: VerifiedRelease, present: PresentProvider): readonly UploadStep[] {
  const steps: UploadStep[] = [];
  if (!present.provider) steps.push({ kind: 'create-provider' });
  if (present.version === undefined) {
    const { signingKey, protocols } = release;
    steps.push({ kind: 'create-version', keyId: signingKey.keyId, protocols });
  }
  return steps;
}

function packageSteps(pkg: ReleasePackage, present: PresentVersion | undefined): readonly UploadStep[] {
  const found = present?.platforms.find(({ platform }) => samePlatform(platform, pkg.platform));
  if (found?.uploaded) return [];
  const upload: UploadStep = { kind: 'upload-package', package: pkg };
  return found === undefined ? [{ kind: 'create-platform', package: pkg }, upload] : [upload];
}

function closingSteps(present: PresentVersion | undefined): readonly UploadStep[] {
  const steps: UploadStep[] = [];
  if (present?.shasums.state !== 'uploaded') steps.push({ kind: 'upload-shasums' });
  if (present?.signature.state !== 'uploaded') steps.push({ kind: 'upload-shasums-signature' });
  return steps;
}

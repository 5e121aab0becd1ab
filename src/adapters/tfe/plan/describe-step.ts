import { formatPlatform } from '../../../domain/provider/platform.ts';
import type { UploadStep, VersionDifference } from './plan.ts';

const STEPS: Readonly<Record<UploadStep['kind'], string>> = {
  'add-signing-key': 'add signing key',
  'create-provider': 'create provider',
  'create-version': 'create version signed by',
  'create-platform': 'create platform',
  'upload-package': 'upload package',
  'upload-shasums': 'upload SHA256SUMS',
  'upload-shasums-signature': 'upload SHA256SUMS signature',
};

/** A step in words, as a plan shows it: "upload package linux_amd64". */
export function describeStep(step: UploadStep): string {
  const name = STEPS[step.kind];
  if ('package' in step) return `${name} ${formatPlatform(step.package.platform)}`;
  return 'keyId' in step ? `${name} ${step.keyId}` : name;
}

const SUBJECTS: Readonly<Record<VersionDifference['what'], string>> = {
  shasum: 'package shasum',
  filename: 'package file name',
  'signing-key': 'signing key',
  'shasums-file': 'SHA256SUMS',
  'signature-file': 'SHA256SUMS signature',
  signature: 'SHA256SUMS signature',
  protocols: 'protocols',
};

/** A difference in words: "linux_amd64 package shasum: the private registry has …, upstream …". */
export function describeDifference({ what, platform, present, upstream }: VersionDifference): string {
  const subject = platform === undefined ? SUBJECTS[what] : `${formatPlatform(platform)} ${SUBJECTS[what]}`;
  return `${subject}: the private registry has ${present}, upstream ${upstream}`;
}

import { describe, expect, it } from 'vitest';
import { describeDifference, describeStep } from '../../../../src/adapters/tfe/plan/describe-step.ts';
import { planUpload } from '../../../../src/adapters/tfe/plan/plan-upload.ts';
import type { PresentVersion } from '../../../../src/adapters/tfe/plan/present.ts';
import { HASHICORP_KEY_ID } from '../../../../src/domain/integrity/signing-key.ts';
import { MISSING, releaseOf, sha, uploadedShasums, uploadedSignature } from './arbitrary-registry.ts';

const LINUX = { os: 'linux', arch: 'amd64' };
const ARM = { os: 'linux', arch: 'arm64' };
const release = releaseOf([LINUX, ARM]);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A version that holds the whole release, but for what a test changes. */
function present(changes: Partial<PresentVersion> = {}): PresentVersion {
  return {
    version: release.version,
    keyId: release.signingKey.keyId,
    protocols: ['5.0'],
    shasums: uploadedShasums(),
    signature: uploadedSignature(),
    platforms: release.files.map(({ platform, filename, sha256: shasum }) => ({
      platform,
      filename,
      shasum,
      uploaded: true,
    })),
    ...changes,
  };
}

function planFor(version: PresentVersion | undefined, signingKeyPresent = true, provider = true) {
  const plan = planUpload({ release, present: { provider, version }, signingKeyPresent });
  return { outcome: plan.outcome, steps: plan.steps.map(describeStep) };
}

function differencesIn(version: PresentVersion): readonly string[] {
  const plan = planUpload({ release, present: { provider: true, version }, signingKeyPresent: true });
  return plan.outcome === 'conflict' ? plan.differences.map(describeDifference) : [plan.outcome];
}

const CLOSING = ['upload SHA256SUMS', 'upload SHA256SUMS signature'];
const PACKAGES = [
  'create platform linux_amd64',
  'upload package linux_amd64',
  'create platform linux_arm64',
  'upload package linux_arm64',
];

describe('planUpload', () => {
  it('publishes into an empty registry: key, provider, version, packages, SHA256SUMS and signature last', () => {
    expect(planFor(undefined, false, false)).toEqual({
      outcome: 'publish',
      steps: [
        'add signing key AAAABBBBCCCCDDDD',
        'create provider',
        'create version signed by AAAABBBBCCCCDDDD',
        ...PACKAGES,
        ...CLOSING,
      ],
    });
  });

  it('creates neither key nor provider that are there', () => {
    expect(planFor(undefined).steps[0]).toBe('create version signed by AAAABBBBCCCCDDDD');
  });

  it('never adds HashiCorp’s built-in key', () => {
    const official = releaseOf([LINUX], HASHICORP_KEY_ID);
    const plan = planUpload({
      release: official,
      present: { provider: false, version: undefined },
      signingKeyPresent: false,
    });
    expect(plan.steps[0]).toEqual({ kind: 'create-provider' });
  });

  it('gives the version the release’s key and protocols', () => {
    const plan = planUpload({
      release: releaseOf([LINUX], 'AAAABBBBCCCCDDDD', ['5.0', '6.0']),
      present: { provider: true, version: undefined },
      signingKeyPresent: true,
    });
    expect(plan.steps[0]).toEqual({
      kind: 'create-version',
      keyId: 'AAAABBBBCCCCDDDD',
      protocols: ['5.0', '6.0'],
    });
  });

  it('does nothing when all is there', () => {
    expect(planFor(present())).toEqual({ outcome: 'up-to-date', steps: [] });
  });

  it('adds a missing signing key to a version that is complete, for Terraform asks the registry for it', () => {
    expect(planFor(present(), false)).toEqual({
      outcome: 'complete',
      steps: ['add signing key AAAABBBBCCCCDDDD'],
    });
  });

  it.each<[string, Partial<PresentVersion>, readonly string[]]>([
    ['a bare version', { platforms: [], shasums: MISSING, signature: MISSING }, [...PACKAGES, ...CLOSING]],
    [
      'a platform without its package',
      {
        platforms: present().platforms.map((each) => ({ ...each, uploaded: each.platform.arch !== 'arm64' })),
      },
      ['upload package linux_arm64'],
    ],
    ['a newly configured platform', { platforms: present().platforms.slice(0, 1) }, PACKAGES.slice(2)],
    ['missing SHA256SUMS and signature', { shasums: MISSING, signature: MISSING }, CLOSING],
    ['a missing signature', { signature: MISSING }, CLOSING.slice(1)],
    ['missing SHA256SUMS beside upstream’s signature', { shasums: MISSING }, CLOSING.slice(0, 1)],
  ])('completes %s', (_, changes, steps) => {
    expect(planFor(present(changes))).toEqual({ outcome: 'complete', steps });
  });

  it('leaves a platform alone that is there beyond the config', () => {
    const other = {
      platform: { os: 'aix', arch: 'ppc64' },
      filename: 'a.zip',
      shasum: sha(5),
      uploaded: false,
    };
    expect(planFor(present({ platforms: [...present().platforms, other] })).outcome).toBe('up-to-date');
  });

  it('takes key ids for the same in either case', () => {
    expect(planFor(present({ keyId: 'aaaabbbbccccdddd' })).outcome).toBe('up-to-date');
  });

  it('accepts stored SHA256SUMS that differ in other packages’ lines and have their own signature', () => {
    const [first, second] = release.files;
    const bytes = utf8(`${first?.sha256}  ${first?.filename}\n${second?.sha256}  ${second?.filename}\n`);
    const stored = { shasums: uploadedShasums(bytes), signature: uploadedSignature(new Uint8Array([1])) };
    expect(planFor(present(stored)).outcome).toBe('up-to-date');
  });
});

describe('planUpload reports a conflict and plans nothing for', () => {
  const [linux, arm] = present().platforms;
  const platforms = (changes: object) => (linux && arm ? [{ ...linux, ...changes }, arm] : []);
  const withoutArm = utf8(`${linux?.shasum}  ${linux?.filename}\n`);

  it.each<[string, Partial<PresentVersion>, readonly string[]]>([
    [
      'a package with another shasum',
      { platforms: platforms({ shasum: sha(42) }) },
      [`linux_amd64 package shasum: the private registry has ${sha(42)}, upstream ${sha(1)}`],
    ],
    [
      'a package not yet uploaded that was announced with another shasum',
      { platforms: platforms({ shasum: sha(42), uploaded: false }), signature: MISSING },
      [`linux_amd64 package shasum: the private registry has ${sha(42)}, upstream ${sha(1)}`],
    ],
    [
      'a package with another file name',
      { platforms: platforms({ filename: 'other.zip' }) },
      [`linux_amd64 package file name: the private registry has other.zip, upstream ${linux?.filename}`],
    ],
    [
      'another signing key',
      { keyId: '0000000000000000' },
      ['signing key: the private registry has 0000000000000000, upstream AAAABBBBCCCCDDDD'],
    ],
    [
      'stored SHA256SUMS without a line for a configured package',
      { shasums: uploadedShasums(withoutArm), platforms: platforms({}).slice(0, 1) },
      [`linux_arm64 SHA256SUMS: the private registry has no line for ${arm?.filename}, upstream ${sha(2)}`],
    ],
    [
      'stored SHA256SUMS that give a configured package another digest',
      { shasums: uploadedShasums(utf8(`${sha(1)}  ${linux?.filename}\n${sha(9)}  ${arm?.filename}\n`)) },
      [`linux_arm64 SHA256SUMS: the private registry has ${sha(9)}, upstream ${sha(2)}`],
    ],
    [
      'stored SHA256SUMS that are not upstream’s and lack a signature, which could not fit',
      {
        shasums: uploadedShasums(utf8(`${sha(1)}  ${linux?.filename}\n${sha(2)}  ${arm?.filename}\n`)),
        signature: MISSING,
      },
      [
        expect.stringMatching(
          /^SHA256SUMS: the private registry has a file of \d+ bytes without a signature, upstream another, of \d+ bytes, that its signature fits$/,
        ),
      ],
    ],
    [
      'a stored signature that is not upstream’s and lacks SHA256SUMS',
      { shasums: MISSING, signature: uploadedSignature(new Uint8Array([0x88, 9])) },
      [
        expect.stringMatching(
          /^SHA256SUMS signature: the private registry has a signature of 2 bytes without SHA256SUMS, upstream another, of \d+ bytes$/,
        ),
      ],
    ],
  ])('%s', (_, changes, differences) => {
    expect(planFor(present(changes))).toEqual({ outcome: 'conflict', steps: [] });
    expect(differencesIn(present(changes))).toEqual(differences);
  });

  it('several differences at once, all of which are named', () => {
    const changes = {
      keyId: '0000000000000000',
      platforms: platforms({ shasum: sha(42), filename: 'other.zip' }),
    };
    expect(differencesIn(present(changes))).toHaveLength(3);
  });
});

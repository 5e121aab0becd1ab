import * as fc from 'fast-check';
import type {
  PresentPlatform,
  PresentShasums,
  PresentSignature,
  PresentVersion,
} from '../../../../src/adapters/tfe/plan/present.ts';
import { parseSha256, type Sha256 } from '../../../../src/domain/artifact/sha256.ts';
import { parseShasums } from '../../../../src/domain/integrity/shasums.ts';
import { HASHICORP_KEY_ID } from '../../../../src/domain/integrity/signing-key.ts';
import { formatPlatform, type Platform, samePlatform } from '../../../../src/domain/provider/platform.ts';
import type {
  PluginProtocol,
  ReleasePackage,
  VerifiedRelease,
} from '../../../../src/domain/provider/release.ts';
import { parseVersion } from '../../../../src/domain/provider/version.ts';
import type { Registry } from './registry-model.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

export function sha(seed: number): Sha256 {
  const digest = parseSha256(seed.toString(16).padStart(64, '0'));
  if (digest === undefined) throw new Error(`${seed} makes no digest`);
  return digest;
}

const PLATFORMS: readonly Platform[] = [
  'linux_amd64',
  'linux_arm64',
  'darwin_arm64',
  'windows_386',
  'freebsd_arm',
]
  .map((name) => name.split('_'))
  .map(([os = '', arch = '']) => ({ os, arch }));

/** The publisher's package for a platform: the same whatever the config asks for. */
const packageFor = (platform: Platform): ReleasePackage => ({
  platform,
  filename: `terraform-provider-sample_1.0.0_${formatPlatform(platform)}.zip`,
  sha256: sha(PLATFORMS.findIndex((each) => samePlatform(each, platform)) + 1),
});

const lineOf = ({ sha256, filename }: Pick<ReleasePackage, 'sha256' | 'filename'>) =>
  `${sha256}  ${filename}\n`;

const UPSTREAM_SHASUMS = utf8(
  PLATFORMS.map(packageFor).map(lineOf).join('') + lineOf({ sha256: sha(99), filename: 'manifest.json' }),
);
const UPSTREAM_SIGNATURE = new Uint8Array([0x88, 1]);

export function releaseOf(
  platforms: readonly Platform[],
  keyId = 'AAAABBBBCCCCDDDD',
  protocols: readonly PluginProtocol[] = ['5.0'],
): VerifiedRelease {
  const version = parseVersion('1.0.0');
  if (version === undefined) throw new Error('1.0.0 is no version');
  const signingKey = {
    keyId,
    fingerprint: keyId.padStart(40, '0'),
    algorithm: 'RSA 4096',
    signs: true,
    subkeyIds: [],
    subkeys: [],
    userIds: [],
    createdAt: new Date(0),
    expiresAt: undefined,
    revoked: false,
    selfSignedAt: new Date(0),
    asciiArmor: 'the armored key',
  };
  return {
    address: { hostname: 'registry.terraform.io', namespace: 'acme', type: 'sample' },
    version,
    protocols,
    id: `registry.terraform.io/acme/sample ${version.canonical}`,
    files: platforms.map(packageFor),
    shasums: UPSTREAM_SHASUMS,
    shasumsSignature: UPSTREAM_SIGNATURE,
    signingKey,
    evidence: { checks: [], signedBy: signingKey, remarks: [] },
  };
}

export const uploadedShasums = (bytes: Uint8Array = UPSTREAM_SHASUMS): PresentShasums => ({
  state: 'uploaded',
  bytes,
  shasums: parseShasums(bytes),
});

export const uploadedSignature = (bytes: Uint8Array = UPSTREAM_SIGNATURE): PresentSignature => ({
  state: 'uploaded',
  bytes,
});

export const MISSING = { state: 'missing' } as const;

/** A release for one to five platforms, in any order. */
export const anyRelease: fc.Arbitrary<VerifiedRelease> = fc
  .tuple(
    fc.shuffledSubarray([...PLATFORMS], { minLength: 1 }),
    fc.constantFrom('AAAABBBBCCCCDDDD', HASHICORP_KEY_ID),
  )
  .map(([platforms, keyId]) => releaseOf(platforms, keyId));

/** Any platform of the version, created or uploaded: of the release, or of another config. */
const honestPlatforms = fc.shuffledSubarray([...PLATFORMS]).chain((platforms) =>
  fc.tuple(
    ...platforms.map((platform) =>
      fc.boolean().map((uploaded): PresentPlatform => {
        const { filename, sha256 } = packageFor(platform);
        return { platform, filename, shasum: sha256, uploaded };
      }),
    ),
  ),
);

/** SHA256SUMS and signature as an upload that stopped anywhere, or a release cut again elsewhere, leaves them. */
const honestFiles = fc.constantFrom<Pick<PresentVersion, 'shasums' | 'signature'>>(
  { shasums: MISSING, signature: MISSING },
  { shasums: uploadedShasums(), signature: MISSING },
  { shasums: MISSING, signature: uploadedSignature() },
  { shasums: uploadedShasums(), signature: uploadedSignature() },
  { shasums: uploadedShasums(withOtherManifest()), signature: uploadedSignature(new Uint8Array([0x88, 2])) },
);

function withOtherManifest(): Uint8Array {
  return utf8(new TextDecoder().decode(UPSTREAM_SHASUMS).replace(sha(99), sha(98)));
}

/** Any state of the registry that the release can be completed from. */
export function anyHonestRegistry({ signingKey, version }: VerifiedRelease): fc.Arbitrary<Registry> {
  const keyId = fc.constantFrom(signingKey.keyId, signingKey.keyId.toLowerCase());
  const present = fc
    .record({ keyId, files: honestFiles, platforms: honestPlatforms })
    .map(({ files, ...rest }): PresentVersion => ({ version, protocols: ['5.0'], ...files, ...rest }));
  return fc.record({
    present: fc.oneof(
      fc.boolean().map((provider) => ({ provider, version: undefined })),
      present.map((found) => ({ provider: true, version: found })),
    ),
    signingKeyPresent: fc.boolean(),
  });
}

/** Any state at all: digests, names, key and files may be right or wrong. */
export function anyRegistry(release: VerifiedRelease): fc.Arbitrary<Registry> {
  const wrong = fc.constantFrom('shasum', 'filename', 'none', 'none', 'none');
  const platforms = honestPlatforms.chain((honest) =>
    fc.tuple(...honest.map((each) => wrong.map((what) => spoil(each, what)))),
  );
  const shasums = fc.constantFrom<PresentShasums>(
    MISSING,
    uploadedShasums(),
    uploadedShasums(withOtherManifest()),
    uploadedShasums(
      utf8(PLATFORMS.map((platform) => lineOf({ ...packageFor(platform), sha256: sha(77) })).join('')),
    ),
  );
  const signature = fc.constantFrom<PresentSignature>(
    MISSING,
    uploadedSignature(),
    uploadedSignature(new Uint8Array([0x88, 2])),
  );
  const keyId = fc.constantFrom(release.signingKey.keyId, release.signingKey.keyId, '0000000000000000');
  const version = fc
    .record({ platforms, shasums, signature, keyId })
    .map((found): PresentVersion => ({ version: release.version, protocols: ['5.0'], ...found }));
  return fc.record({
    present: version.map((found) => ({ provider: true, version: found })),
    signingKeyPresent: fc.boolean(),
  });
}

function spoil(platform: PresentPlatform, what: string): PresentPlatform {
  if (what === 'shasum') return { ...platform, shasum: sha(66) };
  return what === 'filename' ? { ...platform, filename: 'another.zip' } : platform;
}

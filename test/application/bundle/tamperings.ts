import type { BundledVersion } from '../../../src/domain/bundle/manifest.ts';
import { digestOf, type Member, manifestMember } from '../../support/bundles.ts';
import { changed, flipped, inManifest, type Material, named, remade, swapped, whole } from './material.ts';

const BAD = Buffer.from('bad');

/** SHA256SUMS says what is there, and is not what was signed. */
function otherPackages(files: readonly Member[]): readonly Member[] {
  return files.map((member) => {
    if (member.name.endsWith('.zip')) return { ...member, bytes: BAD };
    if (!member.name.endsWith('/SHA256SUMS')) return member;
    const lines = member.bytes.toString().replaceAll(/^[0-9a-f]{64}/gm, digestOf(BAD));
    return { ...member, bytes: Buffer.from(lines) };
  });
}

/** Rightly signed, and a way back to what was mended since. */
function oldUnderNewNumber(material: Material): readonly Member[] {
  const [old, newer] = material.versions as [BundledVersion, BundledVersion];
  const renamed = (text: string) =>
    text.replace('/anvil/1.0.0/', '/anvil/1.1.0/').replace('_1.0.0_', '_1.1.0_');
  const files = material.files
    .filter(named('1.0.0'))
    .map((member) => ({ ...member, name: renamed(member.name) }));
  const packages = old.packages.map((pkg) => ({ ...pkg, path: renamed(pkg.path) }));
  return remade({ versions: [{ ...old, version: newer.version, packages }] }, files);
}

/** One way to spoil a bundle, and by which name it is refused. */
export interface Tampering {
  readonly what: string;
  readonly members: (material: Material) => readonly Member[];
  readonly code: string;
  readonly says: string;
  /** What a folder cannot be, or a tar. */
  readonly only?: 'tar' | 'folder';
}

const LINUX_ZIP = 'anvil_1.0.0_linux_amd64.zip';

export const TAMPERINGS: readonly Tampering[] = [
  {
    what: 'a flipped byte in a package',
    members: (m) => changed(whole(m), LINUX_ZIP, flipped),
    code: 'BundleInvalid',
    says: `${LINUX_ZIP}" has the SHA-256`,
  },
  {
    what: 'a flipped byte in SHA256SUMS',
    members: (m) => changed(whole(m), '1.0.0/SHA256SUMS', flipped),
    code: 'BundleInvalid',
    says: '1.0.0/SHA256SUMS',
  },
  {
    what: 'a flipped byte in a signature',
    members: (m) => changed(whole(m), '1.0.0/SHA256SUMS.sig', flipped),
    code: 'BundleInvalid',
    says: 'SHA256SUMS.sig" has the SHA-256',
  },
  {
    what: 'a flipped byte in a key',
    members: (m) => changed(whole(m), '1.1.0/signing-key.asc', flipped),
    code: 'BundleInvalid',
    says: 'signing-key.asc" has the SHA-256',
  },
  {
    what: 'a shortened package',
    members: (m) => changed(whole(m), LINUX_ZIP, (bytes) => bytes.subarray(0, -1)),
    code: 'BundleInvalid',
    says: 'bytes, its manifest lists',
  },
  {
    what: 'a padded package',
    members: (m) => changed(whole(m), LINUX_ZIP, (bytes) => Buffer.concat([bytes, Buffer.of(0)])),
    code: 'BundleInvalid',
    says: 'bytes, its manifest lists',
  },
  {
    what: 'a file more',
    members: (m) => [
      ...whole(m),
      { name: 'mirror/registry.terraform.io/acme/anvil/9.9.9.json', bytes: Buffer.from('{}') },
    ],
    code: 'BundleInvalid',
    says: '9.9.9.json", which its manifest does not list',
  },
  {
    what: 'a hidden file more',
    members: (m) => [...whole(m), { name: 'mirror/.hidden', bytes: Buffer.from('x') }],
    code: 'BundleInvalid',
    says: 'mirror/.hidden',
  },
  {
    what: 'a file less',
    members: (m) => whole(m).filter((member) => !named(LINUX_ZIP)(member)),
    code: 'BundleInvalid',
    says: `it lacks "mirror/registry.terraform.io/acme/anvil/terraform-provider-${LINUX_ZIP}"`,
  },
  { what: 'no manifest', members: (m) => m.files, code: 'BundleInvalid', says: 'manifest.json' },
  {
    what: 'a digest changed in the manifest',
    members: (m) =>
      inManifest(m, (text) =>
        text.replaceAll(
          digestOf(m.files.find(named('1.0.0/SHA256SUMS'))?.bytes ?? Buffer.of()),
          'a'.repeat(64),
        ),
      ),
    code: 'BundleInvalid',
    says: 'SHA-256',
  },
  {
    what: 'a manifest that is no JSON',
    members: (m) => inManifest(m, (text) => text.slice(1)),
    code: 'BundleInvalid',
    says: 'no JSON',
  },
  {
    what: 'a manifest of another format',
    members: (m) => inManifest(m, (text) => text.replace('"formatVersion": 1', '"formatVersion": 2')),
    code: 'BundleInvalid',
    says: '$.formatVersion',
  },
  {
    what: 'a path in the manifest that leads upwards',
    members: (m) => inManifest(m, (text) => text.replace('"path": "mirror/', '"path": "mirror/../../')),
    code: 'BundleInvalid',
    says: 'is not a path in a bundle',
  },
  {
    what: 'a file listed twice',
    members: (m) =>
      inManifest(m, (text) => {
        const manifest = JSON.parse(text) as { files: unknown[] };
        manifest.files.push(manifest.files[0]);
        return JSON.stringify(manifest);
      }),
    code: 'BundleInvalid',
    says: 'lists a file twice',
  },
  {
    what: 'a version listed twice',
    members: (m) =>
      inManifest(m, (text) => {
        const manifest = JSON.parse(text) as { versions: unknown[] };
        manifest.versions.push(manifest.versions[0]);
        return JSON.stringify(manifest);
      }),
    code: 'BundleInvalid',
    says: 'anvil 1.0.0 twice',
  },
  {
    what: 'a package that is said to be another file',
    members: (m) =>
      inManifest(m, (text) =>
        text.replace(
          /"filename": "[^"]*1\.0\.0_darwin[^"]*"/,
          `"filename": "terraform-provider-${LINUX_ZIP}"`,
        ),
      ),
    code: 'ShasumMismatch',
    says: LINUX_ZIP,
  },
  {
    what: 'other bytes of a package, manifest and all',
    members: (m) => remade(m, changed(m.files, LINUX_ZIP, flipped)),
    code: 'ShasumMismatch',
    says: LINUX_ZIP,
  },
  {
    what: 'another SHA256SUMS for other packages, manifest and all',
    members: (m) => remade(m, otherPackages(m.files)),
    code: 'SignatureInvalid',
    says: 'does not hold',
  },
  {
    what: 'a broken signature, manifest and all',
    members: (m) =>
      remade(
        m,
        changed(m.files, '1.0.0/SHA256SUMS.sig', (bytes) => bytes.subarray(0, 40)),
      ),
    code: 'SignatureMalformed',
    says: 'cannot be read',
  },
  {
    what: 'a key that did not sign, manifest and all',
    members: (m) =>
      remade(
        m,
        changed(m.files, 'signing-key.asc', () => Buffer.from(m.mallory.asciiArmor)),
      ),
    code: 'SigningKeyUnknown',
    says: 'is signed by key',
  },
  {
    what: 'all of it made and signed by somebody else',
    members: (m) => m.forged,
    code: 'SigningKeyNotPinned',
    says: 'the config pins',
  },
  {
    what: 'two versions that changed places, manifest and all',
    members: (m) => remade(m, swapped(m.files)),
    code: 'ShasumsEntryMissing',
    says: 'has no line for',
  },
  {
    what: 'an old version under a new number, manifest and all',
    members: oldUnderNewNumber,
    code: 'PackageVersionMismatch',
    says: '1.0.0',
  },
  {
    what: 'a symbolic link',
    members: (m) => [
      ...whole(m),
      { name: 'mirror/link', bytes: Buffer.from('/etc/passwd'), type: 'symlink' as const },
    ],
    code: 'BundleInvalid',
    says: 'a symbolic link',
  },
  {
    what: 'a package that is a link',
    members: (m) =>
      whole(m).map((member) =>
        named(LINUX_ZIP)(member)
          ? { ...member, bytes: Buffer.from('/etc/passwd'), type: 'symlink' as const }
          : member,
      ),
    code: 'BundleInvalid',
    says: 'a symbolic link',
  },
  {
    what: 'a hard link',
    members: (m) => [
      ...whole(m),
      { name: 'mirror/link', bytes: Buffer.from('manifest.json'), type: 'link' as const },
    ],
    code: 'BundleInvalid',
    says: 'a hard link',
    only: 'tar',
  },
  {
    what: 'a folder as a member',
    members: (m) => [...whole(m), { name: 'mirror/x', bytes: Buffer.of(), type: 'directory' as const }],
    code: 'BundleInvalid',
    says: 'a folder',
    only: 'tar',
  },
  {
    what: 'a member that leads upwards',
    members: (m) => [...whole(m), { name: 'mirror/../../evil', bytes: Buffer.from('x') }],
    code: 'BundleInvalid',
    says: 'leads upwards',
    only: 'tar',
  },
  {
    what: 'a member with an absolute name',
    members: (m) => [...whole(m), { name: '/etc/evil', bytes: Buffer.from('x') }],
    code: 'BundleInvalid',
    says: 'is absolute',
    only: 'tar',
  },
  {
    what: 'a member with a backslash',
    members: (m) => [...whole(m), { name: 'mirror/..\\evil', bytes: Buffer.from('x') }],
    code: 'BundleInvalid',
    says: 'is not a name that a bundle has',
    only: 'tar',
  },
  {
    what: 'a member twice',
    members: (m) => [...whole(m), ...m.files.slice(0, 1)],
    code: 'BundleInvalid',
    says: 'twice',
    only: 'tar',
  },
  {
    what: 'a second manifest',
    members: (m) => [...whole(m), manifestMember([], [])],
    code: 'BundleInvalid',
    says: 'manifest.json',
    only: 'tar',
  },
  {
    what: 'the manifest not in front',
    members: (m) => [...m.files, manifestMember(m.files, m.versions)],
    code: 'BundleInvalid',
    says: 'where manifest.json must be',
    only: 'tar',
  },
];

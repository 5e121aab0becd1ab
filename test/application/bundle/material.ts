import { join } from 'node:path';
import type { BundledVersion } from '../../../src/domain/bundle/manifest.ts';
import { MANIFEST } from '../../../src/domain/bundle/manifest.ts';
import { makeSampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey, type SampleSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { type ImportOptions, importFrom } from '../../support/bundle-imports.ts';
import { bundledReleases, digestOf, type Member, manifestMember } from '../../support/bundles.ts';
import { anvil, configOf, DARWIN, LINUX } from '../../support/sync-world.ts';

/** A true bundle of `acme/anvil` 1.0.0 and 1.1.0, and what is needed to spoil it. */
export interface Material {
  readonly acme: SampleSigningKey;
  readonly mallory: SampleSigningKey;
  /** All but the manifest. */
  readonly files: readonly Member[];
  readonly versions: readonly BundledVersion[];
  /** The same releases, made and signed by Mallory: a bundle that is true to itself. */
  readonly forged: readonly Member[];
}

export async function bundleMaterial(): Promise<Material> {
  const [acme, mallory] = await Promise.all([
    makeSigningKey({ name: 'Acme' }),
    makeSigningKey({ name: 'Mallory' }),
  ]);
  const make = async (key: SampleSigningKey) => {
    const base = { namespace: 'acme', type: 'anvil', platforms: [LINUX, DARWIN], key };
    return await bundledReleases(
      await Promise.all(['1.0.0', '1.1.0'].map((version) => makeSampleRelease({ ...base, version }))),
    );
  };
  const [own, other] = await Promise.all([make(acme), make(mallory)]);
  return { ...own, acme, mallory, forged: [manifestMember(other.files, other.versions), ...other.files] };
}

/** A config that asks for all of it and pins Acme's key. */
export function pinningConfig({ acme }: Material) {
  return configOf({ ...anvil('>= 1.0.0'), 'gpg-key-id': acme.keyId });
}

/** An import by a config that pins the material's key, with a record of imports of its own in `folder`. */
export const importPinned = async (
  material: Material,
  folder: string,
  path: string,
  options: Partial<ImportOptions>,
) =>
  await importFrom(path, {
    config: pinningConfig(material),
    history: join(folder, 'history.json'),
    ...options,
  });

export const whole = ({ files, versions }: Material): readonly Member[] => [
  manifestMember(files, versions),
  ...files,
];

export const named = (part: string) => (member: Member) => member.name.includes(part);
export const changed = (members: readonly Member[], part: string, change: (bytes: Buffer) => Buffer) =>
  members.map((member) =>
    named(part)(member) ? { ...member, bytes: change(Buffer.from(member.bytes)) } : member,
  );
export const flipped = (bytes: Buffer) => {
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes;
};
/** Consistent in itself again after a change, as only its maker or a careful forger would leave it. */
export const remade = ({ versions }: Pick<Material, 'versions'>, changedFiles: readonly Member[]) => [
  manifestMember(
    changedFiles,
    versions.map((version) => ({
      ...version,
      shasumsSha256: digestOf(
        changedFiles.find(
          named(`evidence/registry.terraform.io/acme/anvil/${version.version.text}/SHA256SUMS`),
        )?.bytes ?? Buffer.of(),
      ),
      packages: version.packages.map((pkg) => ({
        ...pkg,
        sha256: digestOf(changedFiles.find(({ name }) => name === pkg.path)?.bytes ?? Buffer.of()),
      })),
    })),
  ),
  ...changedFiles,
];
export const inManifest = (material: Material, change: (text: string) => string) =>
  changed(whole(material), MANIFEST, (bytes) => Buffer.from(change(bytes.toString())));
/** Both versions' files, each under the other's name. */
export const swapped = (members: readonly Member[]) =>
  members.map((member) => {
    const other = member.name.replace('/anvil/1.0.0/', '/anvil/1.1.0/').replace('_1.0.0_', '_1.1.0_');
    const from = members.find(({ name }) => name === other);
    if (other === member.name) {
      const back = member.name.replace('/anvil/1.1.0/', '/anvil/1.0.0/').replace('_1.1.0_', '_1.0.0_');
      return { ...member, bytes: members.find(({ name }) => name === back)?.bytes ?? member.bytes };
    }
    return { ...member, bytes: from?.bytes ?? member.bytes };
  });

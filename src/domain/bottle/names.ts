import type { Sha256 } from '../artifact/sha256.ts';

/** What tells a formula's bottles apart from those of its other versions. */
export interface BottleVersion {
  readonly version: string;
  /** 0 when there is none. */
  readonly revision: number;
  readonly rebuild: number;
}

const NAME = /^[0-9a-z][0-9a-z+._-]{0,127}(?:@[0-9a-z][0-9a-z+._-]{0,63})?$/;
/** A tag of the OCI distribution specification: "+" and "~" have no place in it. */
const REF = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Whether a name can stand in paths: no slash, no `..` of its own, nothing that would have to be escaped. */
export function isFormulaName(text: string): boolean {
  return NAME.test(text);
}

export function isRef(text: string): boolean {
  return REF.test(text);
}

/** `openssl@3` → `openssl/3`, `gtk+3` → `gtkx3` (Homebrew's github_packages.rb, image_formula_name). */
export function imageOf(name: string): string {
  return name.replaceAll('@', '/').replaceAll('+', 'x');
}

/** `3.1_1`: the revision only when there is one. */
export function pkgVersionOf({ version, revision }: Pick<BottleVersion, 'version' | 'revision'>): string {
  return revision > 0 ? `${version}_${revision}` : version;
}

/** What the index of a version is called at the registry: `3.1_1-2` (github_packages.rb, version_rebuild). */
export function refOf(version: BottleVersion): string {
  return version.rebuild > 0 ? `${pkgVersionOf(version)}-${version.rebuild}` : pkgVersionOf(version);
}

/** What an entry of the index is called, `3.1_1.x86_64_linux.2`: a dot before the rebuild, where `refOf` has a dash. */
export function refNameOf(version: BottleVersion, tag: string): string {
  const name = `${pkgVersionOf(version)}.${tag}`;
  return version.rebuild > 0 ? `${name}.${version.rebuild}` : name;
}

/** `openssl@3--3.2.1.arm64_sonoma.bottle.1.tar.gz` (bottle.rb, Filename). */
export function bottleFilenameOf(name: string, version: BottleVersion, tag: string): string {
  const rebuild = version.rebuild > 0 ? `.${version.rebuild}` : '';
  return `${name}--${pkgVersionOf(version)}.${tag}.bottle${rebuild}.tar.gz`;
}

/** Where the index lies, as a key below the mirror's root: the very path of its URL. */
export function manifestKeyOf(image: string, ref: string): string {
  return `v2/homebrew/core/${image}/manifests/${ref}`;
}

/** Where the bottle lies. Its digest is its name: it never changes. */
export function blobKeyOf(image: string, sha256: Sha256): string {
  return `v2/homebrew/core/${image}/blobs/sha256:${sha256}`;
}

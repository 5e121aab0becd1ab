import type { Sha256 } from '../artifact/sha256.ts';

/** One entry of a package's central directory, with what its content hashes to. */
export interface PackedFile {
  /** The raw bytes of the name, one character (U+0000 to U+00FF) a byte, whatever encoding the zip claims. */
  readonly name: string;
  readonly sha256: Sha256;
  readonly directory: boolean;
}

/** Both of a package's `h1:` hashes (golang.org/x/mod/sumdb/dirhash, Hash1). */
export interface PackageHashes {
  /** Over the zip's entries: what a client compares the zip with, from a mirror's document and from a lock file. */
  readonly archive: string;
  /** Over the folder after extraction: what `terraform init` and `providers lock` write into a lock file. */
  readonly installed: string;
}

/**
 * Computes both from the entries in the order of the central directory. They differ when the zip has directory
 * entries (the archive counts them as empty files), two entries of one name (the archive counts both, each with the
 * last one's content), or names such as `./x` and `/x` (extracted as `x`). Returns the reason when there is
 * something in the zip that clients refuse. `sha256` gives the digest's 32 bytes.
 */
export function packageHashes(
  files: readonly PackedFile[],
  sha256: (bytes: Uint8Array) => Uint8Array,
): PackageHashes | { readonly problem: string } {
  if (files.length === 0) return { problem: 'the zip is empty' };
  if (files.some(({ name }) => name.includes('\n')))
    return { problem: 'an entry has a line end in its name' };
  if (files.some(({ name }) => name.split(/[/\\]/).includes('..'))) {
    return { problem: 'an entry has ".." in its name' };
  }
  const last = new Map(files.map((file) => [file.name, file.sha256]));
  const archive = files.map(({ name }) => ({ name, digest: last.get(name) as Sha256 }));
  const extracted = extractedFiles(files);
  if ('problem' in extracted) return extracted;
  const installed = [...extracted].map(([name, digest]) => ({ name, digest }));
  return { archive: hash1(archive, sha256), installed: hash1(installed, sha256) };
}

function extractedFiles(
  files: readonly PackedFile[],
): ReadonlyMap<string, Sha256> | { readonly problem: string } {
  const extracted = new Map<string, Sha256>();
  for (const { name, sha256, directory } of files) {
    if (directory) continue;
    extracted.set(cleaned(name), sha256);
  }
  const folders = new Set(
    files.flatMap(({ name, directory }) => {
      const parts = cleaned(name).split('/');
      return parts.map((_, index) => parts.slice(0, directory ? index + 1 : index).join('/'));
    }),
  );
  const both = [...extracted.keys()].find((name) => name === '' || folders.has(name));
  if (both !== undefined) return { problem: 'an entry is a file and a folder at once' };
  return extracted;
}

/** As Go's filepath.Join leaves it: no empty parts, no single dots. */
function cleaned(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function hash1(
  lines: readonly { readonly name: string; readonly digest: Sha256 }[],
  sha256: (bytes: Uint8Array) => Uint8Array,
): string {
  // One character a byte, so that the order of strings is the order of the bytes.
  const sorted = lines.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const text = sorted.map(({ name, digest }) => `${digest}  ${name}\n`).join('');
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return `h1:${btoa(String.fromCharCode(...sha256(bytes)))}`;
}

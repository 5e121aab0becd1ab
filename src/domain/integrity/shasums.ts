import { parseSha256, type Sha256 } from '../artifact/sha256.ts';
import { SyncError } from '../errors.ts';
import { formatPlatform, type Platform } from '../provider/platform.ts';
import { quote } from './untrusted-text.ts';

/** A parsed SHA256SUMS: digest by file name. */
export interface Shasums {
  readonly entries: ReadonlyMap<string, Sha256>;
}

/** What `sha256sum --text` writes: digest, two spaces, file name. One space is taken too. */
const LINE = /^([0-9a-fA-F]{64}) {1,2}(\S.*)$/;

/**
 * Reads SHA256SUMS from its exact bytes: UTF-8, lines ended by LF or CRLF, the last end optional. Throws
 * ShasumsMalformed, naming the line, for anything else: another line form, an empty line, a file name that is a path,
 * one file name with two digests, no entry at all. The caller bounds the size.
 *
 * Nothing is read otherwise than Terraform and OpenTofu read it (`internal/getproviders`, package_authentication.go):
 * - They split a line at white space, so the star of `sha256sum --binary` is part of the name, here as there.
 * - They crash at an empty line, in the middle or at the end.
 * - Of two lines for one file they take the first; they take tabs, more spaces, further fields, and lines of any
 *   other form. All that is refused here, since a SHA256SUMS that needs it is not what it should be.
 */
export function parseShasums(bytes: Uint8Array): Shasums {
  const entries = new Map<string, Sha256>();
  const lines = decode(bytes)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  if (lines.join('') === '') throw malformed('it lists no file');
  for (const [index, line] of lines.entries()) {
    const { name, digest } = parseLine(line, index + 1);
    const earlier = entries.get(name);
    if (earlier !== undefined && earlier !== digest) {
      throw malformed(`line ${index + 1} gives ${quote(name)} a second digest, ${digest} after ${earlier}`);
    }
    entries.set(name, digest);
  }
  return { entries };
}

/**
 * What the package for `platform` is called, from what another platform's is called, when SHA256SUMS lists
 * exactly that. Undefined where the name does not tell: then the registry has to.
 */
export function siblingFilename(
  known: { readonly filename: string; readonly platform: Platform },
  platform: Platform,
  shasums: Shasums,
): string | undefined {
  const parts = known.filename.split(formatPlatform(known.platform));
  if (parts.length !== 2) return undefined;
  const sibling = parts.join(formatPlatform(platform));
  return shasums.entries.has(sibling) ? sibling : undefined;
}

/**
 * Whether `name` can be the name of a release file: one path segment without spaces. A space would be read
 * differently by Terraform, which splits a line of SHA256SUMS at white space.
 */
export function isFileName(name: string): boolean {
  return /^[^\s/\\\p{C}]+$/u.test(name) && name !== '.' && name !== '..';
}

function decode(bytes: Uint8Array): string {
  try {
    // A byte order mark is kept, so that it is refused: Terraform takes it for part of the first digest.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed('it is not UTF-8 text', cause);
  }
}

function parseLine(line: string, number: number): { readonly name: string; readonly digest: Sha256 } {
  // Stryker disable next-line StringLiteral,ArrayDeclaration: whatever stands for a digest that is not there is none.
  const [, hex = '', name = ''] = LINE.exec(line) ?? [];
  const digest = parseSha256(hex);
  if (line === '') throw malformed(`line ${number} is empty, at which Terraform and OpenTofu crash`);
  if (digest === undefined) {
    // The line is not repeated: whatever answered in the publisher's place, its words are nobody's to see.
    throw malformed(`line ${number} (${line.length} characters) is not "<64 hex digits>  <file name>"`);
  }
  if (!isFileName(name)) {
    throw malformed(`line ${number} names ${quote(name)}, which is not a plain file name`);
  }
  return { name, digest };
}

function malformed(what: string, cause?: unknown): SyncError {
  return new SyncError(
    'ShasumsMalformed',
    `SHA256SUMS cannot be read: ${what}. The release's own file is at fault; report it to the publisher.`,
    { cause },
  );
}

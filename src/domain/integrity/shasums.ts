import { parseSha256, type Sha256 } from '../artifact/sha256.ts';
import { SyncError } from '../errors.ts';
import { isFileName } from './file-name.ts';
import { quote } from './untrusted-text.ts';

/** A parsed SHA256SUMS: digest by file name. */
export interface Shasums {
  readonly entries: ReadonlyMap<string, Sha256>;
}

/** What `sha256sum` writes: digest, a space, a space or `*` (read as binary), file name. One space is taken too. */
const LINE = /^([0-9a-fA-F]{64}) [ *]?(\S.*)$/;

/**
 * Reads SHA256SUMS from its exact bytes: UTF-8, lines ended by LF or CRLF, the last end optional, empty
 * lines skipped. Throws ShasumsMalformed, naming the line, for anything else: another line form, a file
 * name that is a path, one file name with two digests, no entry at all. The caller bounds the size.
 */
export function parseShasums(bytes: Uint8Array): Shasums {
  const entries = new Map<string, Sha256>();
  for (const [index, line] of decode(bytes).split(/\r?\n/).entries()) {
    if (line === '') continue;
    const { name, digest } = parseLine(line, index + 1);
    const earlier = entries.get(name);
    if (earlier !== undefined && earlier !== digest) {
      throw malformed(`line ${index + 1} gives ${quote(name)} a second digest, ${digest} after ${earlier}`);
    }
    entries.set(name, digest);
  }
  if (entries.size === 0) throw malformed('it lists no file');
  return { entries };
}

function decode(bytes: Uint8Array): string {
  try {
    // A byte order mark is kept, so that it is refused: Terraform would take it for part of the first digest.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed('it is not UTF-8 text', cause);
  }
}

function parseLine(line: string, number: number): { readonly name: string; readonly digest: Sha256 } {
  const [, hex = '', name = ''] = LINE.exec(line) ?? [];
  const digest = parseSha256(hex);
  if (digest === undefined) {
    throw malformed(`line ${number} is not "<64 hex digits>  <file name>": ${quote(line)}`);
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

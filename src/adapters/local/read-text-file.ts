import { open } from 'node:fs/promises';

/** What stood in the way of reading a file, in words a message can end with. */
export type FileProblem = 'missing' | 'not-a-file' | 'forbidden' | 'too-large' | 'unreadable';

export type ReadTextFile =
  | { readonly text: string; readonly mode: number }
  | { readonly problem: FileProblem; readonly cause?: unknown };

const DESCRIPTIONS: Readonly<Record<FileProblem, string>> = {
  missing: 'does not exist',
  'not-a-file': 'is a directory, not a file',
  forbidden: 'may not be read by this user',
  'too-large': 'is too large',
  unreadable: 'could not be read',
};

export function describeFileProblem(problem: FileProblem): string {
  return DESCRIPTIONS[problem];
}

/**
 * Reads a UTF-8 file of at most `maxBytes`, without its byte order mark; `mode` is its permission bits.
 * Pipes count what arrives, because their size is not known before.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<ReadTextFile> {
  try {
    await using file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) return { problem: 'not-a-file' };
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxBytes) return { problem: 'too-large' };
      chunks.push(chunk);
    }
    return { text: new TextDecoder().decode(Buffer.concat(chunks)), mode: stats.mode & 0o777 };
  } catch (cause) {
    return { problem: problemOf(cause), cause };
  }
}

function problemOf(error: unknown): FileProblem {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'missing';
    case 'EISDIR':
      return 'not-a-file';
    case 'EACCES':
    case 'EPERM':
      return 'forbidden';
    default:
      return 'unreadable';
  }
}

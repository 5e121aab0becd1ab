import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** A file of the mirror, open. Disposing closes it. */
export interface OpenedMirrorFile extends AsyncDisposable {
  readonly size: number;
  /** With its quotes; another one as soon as another file has the name. */
  readonly etag: string;
  readonly contentType: string;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Terraform refuses a document of any other type than application/json. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.zip': 'application/zip',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Opens what `urlPath` (as it stands in a request, still encoded) names in `folder`; undefined for what is no plain
 * file below it, for names that begin with a dot, and where a link leads out of the folder.
 */
export async function openMirrorFile(folder: string, urlPath: string): Promise<OpenedMirrorFile | undefined> {
  const segments = segmentsOf(urlPath);
  if (segments === undefined) return undefined;
  let file: FileHandle | undefined;
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, ...segments));
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    // A named pipe would otherwise keep the request waiting for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    const { size, mtimeMs, ino } = stats;
    if (!stats.isFile()) {
      await file.close();
      return undefined;
    }
    return opened(file, size, `"${ino.toString(36)}-${mtimeMs.toString(36)}-${size.toString(36)}"`, path);
  } catch (error) {
    await file?.close();
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function segmentsOf(urlPath: string): readonly string[] | undefined {
  try {
    const segments = urlPath.slice(1).split('/').map(decodeURIComponent);
    return segments.every((segment) => /^[^./\\\p{Cc}][^/\\\p{Cc}]*$/u.test(segment)) ? segments : undefined;
  } catch {
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function opened(file: FileHandle, size: number, etag: string, path: string): OpenedMirrorFile {
  return {
    size,
    etag,
    contentType: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
    read: (start, end) =>
      // A stream's `end` counts in, so it cannot say "nothing".
      end === start ? nothing() : file.createReadStream({ start, end: end - 1, autoClose: false }),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

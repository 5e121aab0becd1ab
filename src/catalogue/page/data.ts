import type { Overview } from '../../domain/catalogue/form/overview.ts';
import { CATALOGUE_FORMAT, type Pointer } from '../../domain/catalogue/form/pointer.ts';
import { visible } from '../model/visible-text.ts';

/** One writing of the catalogue: the files of one generation, which belong together. */
export interface Catalogue {
  readonly pointer: Pointer;
  readonly overview: Overview;
}

/** What could not be loaded, in words for the reader. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly advice: string;
  /** The file is not there: it may belong to an older writing than the one in force. */
  readonly gone: boolean;

  constructor(message: string, advice: string, gone = false) {
    super(message);
    this.advice = advice;
    this.gone = gone;
  }
}

/** Reads what is in force now. Rejects with LoadError. */
export async function openCatalogue(): Promise<Catalogue> {
  const pointer = await readPointer();
  try {
    return { pointer, overview: await readJson<Overview>(pointer.overview, 'default') };
  } catch (error) {
    if (!(error instanceof LoadError && error.gone)) throw error;
    // Written anew between the two requests.
    const next = await readPointer();
    return { pointer: next, overview: await readJson<Overview>(next.overview, 'default') };
  }
}

export function readPointer(): Promise<Pointer> {
  return readJson<Pointer>('catalogue.json', 'no-cache');
}

const read = new Map<string, Promise<unknown>>();

/** A file of the catalogue's data, read once: the files of a generation never change. Rejects with LoadError. */
export function readPart<T>(path: string): Promise<T> {
  const before = read.get(path);
  if (before) return before as Promise<T>;
  const now = readJson<T>(path, 'default');
  read.set(path, now);
  // A failure is no answer for ever.
  now.catch(() => read.delete(path));
  return now;
}

async function readJson<T>(path: string, cache: RequestCache): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { cache, credentials: 'same-origin' });
  } catch {
    const asFile = location.protocol === 'file:';
    throw new LoadError(
      `${visible(path)} could not be read.`,
      asFile
        ? 'A browser lets no page read the files beside it. Serve the folder: provider-sync serve --catalogue DIR.'
        : 'The server does not answer. Try again when the connection is back.',
    );
  }
  if (!response.ok) {
    // S3 answers 403 for what is not there to those who may not list.
    const gone = [403, 404, 410].includes(response.status);
    throw new LoadError(
      `${visible(path)} could not be read: the server answers ${response.status}.`,
      gone ? 'It is not there, or you may not read it.' : 'Try again in a while.',
      gone,
    );
  }
  let value: unknown;
  try {
    value = await response.json();
  } catch {
    throw new LoadError(
      `${visible(path)} is not whole.`,
      'Try again; if it stays so, write the catalogue anew.',
    );
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== CATALOGUE_FORMAT) {
    throw new LoadError(
      `${visible(path)} is of another form than this page reads.`,
      'Load the page again: it was probably written anew by another version of the synchronizer.',
    );
  }
  return value as T;
}

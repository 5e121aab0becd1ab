import { isSyncError, type SyncError } from '../../domain/errors.ts';
import { readJsonAs, type Schema } from '../http/read-document.ts';
import { type Api, isSuccess, rejected } from './api.ts';
import type { Found } from './resources.ts';

/** The first request, and more only where the answer was lost and a read shows that nothing was made. */
const ATTEMPTS = 3;

export interface Creation<T> {
  readonly path: string;
  /** What is created, for messages. */
  readonly target: string;
  readonly body: unknown;
  /** The shape of the answer. */
  readonly schema: Schema<T>;
  /**
   * Whether it is there, as wanted. Throws VersionConflict when it is there and differs.
   */
  readonly isThere: () => Promise<boolean>;
  /** The error of a 404: which parent is missing, or that the token may not. */
  readonly notFound: () => Promise<SyncError>;
}

/**
 * Creates something, or finds it. A 422 says "malformed" as well as "already there", and a lost answer says
 * nothing, so that after either a read decides. Returns the answer, or undefined when it was there.
 */
export async function createOrFind<T>(api: Api, creation: Creation<T>): Promise<Found<T> | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryToCreate(api, creation);
    if (!('failure' in outcome)) return outcome.made;
    if (await creation.isThere()) return undefined;
    if (!outcome.lost || attempt === ATTEMPTS) throw await outcome.failure();
  }
}

type Outcome<T> =
  | { readonly made: Found<T> }
  | { readonly failure: () => Promise<SyncError>; readonly lost: boolean };

async function tryToCreate<T>(
  api: Api,
  { path, target, body, schema, notFound }: Creation<T>,
): Promise<Outcome<T>> {
  try {
    const document = await api.call({ method: 'POST', path, target, body });
    if (isSuccess(document)) return { made: { data: readJsonAs(document, schema), url: document.url } };
    const failure = async () => (document.status === 404 ? await notFound() : rejected(document, target));
    return { failure, lost: false };
  } catch (error) {
    if (!isSyncError(error) || error.code !== 'DestinationUnavailable') throw error;
    return { failure: async () => error, lost: true };
  }
}

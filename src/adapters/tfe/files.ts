import { isSyncError, SyncError } from '../../domain/errors.ts';
import { resolveLink } from '../http/link.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';
import { type Api, answerInvalid, isSuccess } from './api.ts';
import { changeDenied } from './resources.ts';
import type { FileDocument } from './schema.ts';

/** SHA256SUMS has a line a platform, a signature is one packet or a few. */
const MAX_STORED_FILE_BYTES = 1024 * 1024;
const MAX_UPLOAD_ANSWER_BYTES = 64 * 1024;

/** A release file as the API shows it, with the URL of the answer it stood in. */
export interface StoredFile {
  readonly file: FileDocument;
  readonly url: string;
}

/** Where to fetch an uploaded file from: a secret link. Throws DestinationResponseInvalid. */
export function downloadLink({ file, url }: StoredFile, target: string): string {
  return requireLink(file.downloadLink, url, target, 'download');
}

/** Where to send a missing file: a secret link. Throws AccessDenied when none is given. */
export function uploadLink({ file, url }: StoredFile, target: string): string {
  if (file.uploadLink === undefined) throw changeDenied(target);
  return requireLink(file.uploadLink, url, target, 'upload');
}

/** The bytes of an uploaded SHA256SUMS or signature. The link is its own credential: no token goes with it. */
export async function downloadStoredFile(api: Api, stored: StoredFile, target: string): Promise<Uint8Array> {
  const url = downloadLink(stored, target);
  const maxBytes = MAX_STORED_FILE_BYTES;
  const document = await api.http.request({ method: 'GET', url, target, maxBytes, secretUrl: true });
  if (isWebPage(document)) throw answerInvalid(target, WEB_PAGE);
  if (isSuccess(document)) return document.bytes;
  throw answerInvalid(target, `it is said to be uploaded, but its storage answered ${document.status}`);
}

/**
 * Uploads SHA256SUMS or its signature: to the link that came with the creation of its version, if there is one,
 * and otherwise, or when that fails, to the one that `read` shows anew. A file that is there already is compared,
 * never replaced. Throws VersionConflict when it differs.
 */
export async function uploadSmallFile(
  api: Api,
  { created, read }: { readonly created: StoredFile | undefined; readonly read: () => Promise<StoredFile> },
  bytes: Uint8Array,
  target: string,
): Promise<void> {
  if (created && !(await put(api, uploadLink(created, target), bytes, target))) return;
  const before = await read();
  if (before.file.uploaded) return await requireSameBytes(api, before, bytes, target);
  const failure = await put(api, uploadLink(before, target), bytes, target);
  if (!failure) return;
  const after = await read();
  if (!after.file.uploaded) throw failure;
  await requireSameBytes(api, after, bytes, target);
}

/** The failure is returned where the file may have arrived all the same: a lost answer, or one sent twice. */
async function put(api: Api, url: string, body: Uint8Array, target: string): Promise<SyncError | undefined> {
  try {
    const maxBytes = MAX_UPLOAD_ANSWER_BYTES;
    const headers = { 'content-type': 'application/octet-stream' };
    const document = await api.http.request({
      method: 'PUT',
      url,
      target,
      maxBytes,
      headers,
      body,
      secretUrl: true,
    });
    if (isWebPage(document)) throw answerInvalid(target, WEB_PAGE);
    // The storage's own words are left out: they may repeat the link.
    return isSuccess(document) ? undefined : uploadRefused(target, document.status);
  } catch (error) {
    if (isSyncError(error) && error.code === 'DestinationUnavailable') return error;
    throw error;
  }
}

function uploadRefused(target: string, status: number): SyncError {
  return new SyncError(
    'DestinationRejected',
    `The private registry's storage answered ${status} to the upload of ${target}.`,
  );
}

async function requireSameBytes(
  api: Api,
  stored: StoredFile,
  bytes: Uint8Array,
  target: string,
): Promise<void> {
  const present = await downloadStoredFile(api, stored, target);
  if (Buffer.compare(present, bytes) === 0) return;
  throw new SyncError(
    'VersionConflict',
    `The private registry already has another ${target}. Nothing was overwritten; delete that version if it ` +
      'is not wanted.',
  );
}

function requireLink(link: string | undefined, url: string, target: string, use: string): string {
  if (link === undefined) throw answerInvalid(target, `it has no ${use} link`);
  const resolved = resolveLink(link, url);
  if (!resolved) throw answerInvalid(target, `its ${use} link is not an https address`);
  return resolved.href;
}

import { SyncError } from '../../domain/errors.ts';
import type { HttpClient, HttpDocument } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { resolveLink } from '../http/link.ts';
import { readJsonAs, type Schema, serverWords } from '../http/read-document.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';

export interface WantedDocument {
  readonly url: string;
  /** What it is, for messages: "the versions of registry.terraform.io/hashicorp/aws". */
  readonly target: string;
  readonly maxBytes: number;
  readonly accept: string;
  /** The error of a 404 or 410. */
  readonly notFound: () => SyncError;
}

/** One document of a public registry, answered with 200. No credentials are ever sent. */
export async function readDocument(http: HttpClient, wanted: WantedDocument): Promise<HttpDocument> {
  const { url, target, maxBytes, accept } = wanted;
  const document = await http.request({ method: 'GET', url, target, maxBytes, headers: { accept } });
  if (document.status !== 200) {
    throw errorOfStatus(document.status, target, wanted.notFound, serverWords(document));
  }
  if (isWebPage(document)) throw invalid(target, WEB_PAGE);
  return document;
}

/** One JSON document in the schema's shape, with its URL after redirects. */
export async function readJson<T>(
  http: HttpClient,
  wanted: Omit<WantedDocument, 'accept'>,
  schema: Schema<T>,
): Promise<{ readonly data: T; readonly url: string }> {
  const document = await readDocument(http, { ...wanted, accept: 'application/json' });
  return { data: readJsonAs(document, schema), url: document.url };
}

/** The error that a status other than 200 means. */
export function errorOfStatus(
  status: number,
  target: string,
  notFound: () => SyncError,
  words?: string,
): SyncError {
  if (status === 404 || status === 410) return notFound();
  const said = words === undefined ? '' : ` (it says: ${words})`;
  if (status === 429 || status >= 500) {
    return new SyncError('UpstreamUnavailable', `${target}: the server answered ${status}${said}.`);
  }
  return invalid(target, `${meaningOf(status)}${said}`);
}

function meaningOf(status: number): string {
  switch (status) {
    case 401:
      return 'the server asks for credentials (401), and none are sent to a public registry; is the hostname right?';
    case 403:
      return 'the server refuses access (403); a firewall, a proxy or a regional block may be the reason';
    case 451:
      return 'the server may not give it out for legal reasons (451)';
    default:
      return `the server answered ${status}`;
  }
}

/** A link in a document, absolute against the document's own URL. Throws UpstreamResponseInvalid. */
export function requireLink(
  http: HttpClient,
  link: string,
  document: { readonly url: string; readonly target: string },
  property: string,
): URL {
  const { url: documentUrl, target } = document;
  const url = resolveLink(link, documentUrl);
  if (url) {
    http.noteLink(url, documentUrl);
    return url;
  }
  throw invalid(target, `its ${property} is not an https address`);
}

export function invalid(target: string, why: string): SyncError {
  return responseInvalid('upstream', target, why);
}

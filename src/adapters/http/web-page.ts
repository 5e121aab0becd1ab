import type { HttpDocument } from './contract.ts';

/** What to say of an answer that is a web page where a document was asked for. */
export const WEB_PAGE = 'the answer is a web page (HTML); is a captive portal or a proxy in the way?';

/** True for HTML, by its type or by how it begins: what captive portals send with any status and type. */
export function isWebPage(document: HttpDocument): boolean {
  if (/^text\/html\b|^application\/xhtml\+xml\b/i.test(document.headers.get('content-type') ?? ''))
    return true;
  const start = new TextDecoder().decode(document.bytes.subarray(0, 256)).trimStart();
  return /^<(?:!doctype html|html|head|body)\b/i.test(start);
}

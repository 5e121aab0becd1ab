import type { SyncError } from '../../domain/errors.ts';
import type { HttpDocument } from './contract.ts';
import { responseInvalid } from './failures.ts';
import { isWebPage } from './web-page.ts';

/** The document's JSON value, unchecked. Throws `<Side>ResponseInvalid`, with a word on captive portals. */
export function readJson(document: HttpDocument): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(document.bytes));
  } catch {
    throw notJson(document);
  }
}

/** Without a cause: a parser quotes what it could not read, and what an unknown server says is nobody's to see. */
export function notJson(document: HttpDocument): SyncError {
  const { side, target, status } = document;
  const { host } = new URL(document.url);
  return responseInvalid(
    side,
    target,
    isWebPage(document)
      ? `${host} answered ${status} with HTML (a captive portal or proxy?) where JSON was expected`
      : `${host} answered ${status} with ${document.bytes.length} bytes that are not JSON`,
  );
}

import type { HttpDocument } from './contract.ts';
import { responseInvalid } from './failures.ts';
import { isWebPage } from './web-page.ts';

/** The document's JSON value, unchecked. Throws `<Side>ResponseInvalid`, with a word on captive portals. */
export function readJson(document: HttpDocument): unknown {
  const { side, target, status } = document;
  const text = new TextDecoder().decode(document.bytes);
  try {
    return JSON.parse(text);
  } catch {
    // Without its cause: a parser quotes what it could not read, and that is nobody's to see.
    const { host } = new URL(document.url);
    throw responseInvalid(
      side,
      target,
      isWebPage(document)
        ? `${host} answered ${status} with HTML (a captive portal or proxy?) where JSON was expected`
        : `${host} answered ${status} with ${document.bytes.length} bytes that are not JSON`,
    );
  }
}

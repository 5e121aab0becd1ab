import type { SyncError } from '../../domain/errors.ts';
import type { HttpDocument } from './contract.ts';
import { responseInvalid } from './failures.ts';
import { isWebPage } from './web-page.ts';

/** A page of 100 keys or versions has some thousands. */
const MOST_VALUES = 100_000;

/** The document's JSON value, unchecked. Throws `<Side>ResponseInvalid`, with a word on captive portals. */
export function readJson(document: HttpDocument): unknown {
  return parseJson(document.bytes, document);
}

/**
 * The JSON value in a part of a document. One of many small values takes far more memory than its bytes (16 MiB of
 * lists within lists: 2.8 GB), so that they are counted first. Throws as `readJson`.
 */
export function parseJson(bytes: Uint8Array, document: HttpDocument): unknown {
  if (countValues(bytes) > MOST_VALUES) {
    const { host } = new URL(document.url);
    const what = `${host} answered ${document.status} with more than ${MOST_VALUES} values`;
    throw responseInvalid(document.side, document.target, what);
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw notJson(document);
  }
}

const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** At most as many values as there are commas and openings, were every one of them outside a string. */
function countValues(bytes: Uint8Array): number {
  let count = 1;
  for (const byte of bytes) if (byte === COMMA || byte === BRACKET || byte === BRACE) count += 1;
  return count;
}

/** Without a cause: a parser quotes what it could not read, and what an unknown server says is nobody's to see. */
function notJson(document: HttpDocument): SyncError {
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

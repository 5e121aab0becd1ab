/** UTF-8 bytes of one JSON text. */
export type JsonText = Uint8Array;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const ARRAY = 0x5b;
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Calls `onMember` with each member of the array under `property` of a JSON object, and returns the text with that
 * array emptied. Neither is checked to be JSON: whoever parses both has checked the whole. Undefined when `property`
 * holds an array twice.
 */
export function withoutMembers(
  json: JsonText,
  property: string,
  onMember: (member: JsonText) => void,
): JsonText | undefined {
  let depth = 0;
  let key: JsonText | undefined;
  let before = 0;
  let emptied: readonly [JsonText, JsonText] | undefined;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index] as number;
    if (byte === QUOTE) {
      const end = endOfString(json, index);
      if (depth === 1) key = json.subarray(index, end + 1);
      index = end;
    } else if (byte === ARRAY && depth === 1 && before === COLON && isKey(key, property)) {
      if (emptied !== undefined) return undefined;
      const end = readMembers(json, index + 1, onMember);
      emptied = [json.subarray(0, index + 1), json.subarray(end)];
      index = end;
    } else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    if (!BLANKS.has(byte)) before = byte;
  }
  return emptied === undefined ? json : Buffer.concat(emptied);
}

/** Returns where the array ends: the index of its bracket, or the text's length when it has none. */
function readMembers(json: JsonText, start: number, onMember: (member: JsonText) => void): number {
  let depth = 0;
  let from = start;
  let any = false;
  for (let index = start; index < json.length; index += 1) {
    const byte = json[index] as number;
    if (byte === QUOTE) index = endOfString(json, index);
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) {
      if (depth === 0) {
        // An array may be empty; after a comma a member must stand.
        const last = json.subarray(from, index);
        if (any || last.some((each) => !BLANKS.has(each))) onMember(last);
        return index;
      }
      depth -= 1;
    } else if (byte === COMMA && depth === 0) {
      onMember(json.subarray(from, index));
      from = index + 1;
      any = true;
    }
  }
  return json.length;
}

function endOfString(json: JsonText, start: number): number {
  for (let index = start + 1; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === BACKSLASH) index += 1;
    else if (byte === QUOTE) return index;
  }
  return json.length;
}

function isKey(key: JsonText | undefined, property: string): boolean {
  if (key === undefined) return false;
  try {
    return JSON.parse(new TextDecoder().decode(key)) === property;
  } catch {
    return false;
  }
}

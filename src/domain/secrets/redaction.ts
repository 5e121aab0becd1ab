/** What stands where a secret was. */
const REPLACEMENT = '[redacted]';

/** Less than this would take ordinary words out of messages. */
const LEAST_LENGTH = 8;

/** Links come and go with every package; the oldest are given up. */
const MOST_LINK_PARTS = 2048;

/**
 * Every secret that this process holds, in each form in which it could come back. One memory for the whole process,
 * because a secret is the process's: whatever is said anywhere must not say it, and nobody can forget to hand it on.
 */
const held = new Set<string>();
/** Parts of pre-signed links, oldest first. */
const linkParts = new Set<string>();
/** All of them by a number made of their first characters, longest first: a text is read once, however many there are. */
const byBeginning = new Map<number, string[]>();

/**
 * Holds an API token, a password or a key: raw, in Base64 (wherever it begins in what was encoded), in hexadecimal, as
 * part of a URL and within JSON.
 */
export function holdSecret(secret: string): void {
  if (secret.length < LEAST_LENGTH || held.has(secret)) return;
  for (const form of formsOf(secret)) {
    if (form.length < LEAST_LENGTH || held.has(form)) continue;
    held.add(form);
    add(form);
  }
}

/**
 * Holds a link that is a credential by itself (pre-signed, or a webhook): its path, its query and the long values in
 * it. The host stays sayable.
 */
export function holdSecretLink(link: string | URL): void {
  const url = typeof link === 'string' ? URL.parse(link) : link;
  if (url === null) return;
  for (const part of secretPartsOf(url)) {
    if (part.length < 16 || held.has(part)) continue;
    // Taken out and put in again: what is used is not the oldest.
    if (!linkParts.delete(part)) add(part);
    linkParts.add(part);
  }
  for (const part of linkParts) {
    if (linkParts.size <= MOST_LINK_PARTS) break;
    linkParts.delete(part);
    remove(part);
  }
}

/** The text without any secret that is held. */
export function redact(text: string): string {
  if (byBeginning.size === 0) return text;
  const kept: string[] = [];
  let copied = 0;
  for (let index = 0; index + 4 <= text.length; ) {
    const secret = secretAt(text, index);
    if (secret === undefined) {
      index += 1;
      continue;
    }
    kept.push(text.slice(copied, index), REPLACEMENT);
    index += secret.length;
    copied = index;
  }
  return copied === 0 ? text : kept.join('') + text.slice(copied);
}

/** Called for every character that is said: it makes nothing that would have to be collected. */
function secretAt(text: string, index: number): string | undefined {
  const forms = byBeginning.get(beginningOf(text, index));
  if (forms === undefined) return undefined;
  return forms.find((form) => text.startsWith(form, index));
}

/** A value of plain data with every text in it redacted. */
export function redactAll<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactAll) as T;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redactAll(each)])) as T;
}

function formsOf(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  const url = encodeURIComponent(secret);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    secret,
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64Within(bytes, offset)),
  ];
}

/** What of the Base64 of `offset` bytes and then these is made of these alone: the secret within "user:secret". */
function base64Within(bytes: Uint8Array, offset: number): readonly string[] {
  const padded = new Uint8Array(offset + bytes.length);
  padded.set(bytes, offset);
  const encoded = btoa(String.fromCharCode(...padded));
  const from = Math.ceil((offset * 8) / 6);
  const to = Math.floor((padded.length * 8) / 6);
  const own = encoded.slice(from, to);
  return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
}

function secretPartsOf(url: URL): readonly string[] {
  const values = [...url.searchParams.values()].filter((value) => /^[\w+/=.~:-]{20,}$/.test(value));
  const query = url.search.slice(1);
  // A long segment that is no file name and no digest: the object names of some storages are tickets.
  const tickets = url.pathname
    .split('/')
    .filter((part) => /^[\w+=%-]{40,}$/.test(part) && !/^[0-9a-f]+$/i.test(part));
  return [url.pathname, query, ...values, ...values.map(encodeURIComponent), ...tickets];
}

function beginningOf(text: string, index: number): number {
  let number = 0;
  for (let at = index; at < index + 4; at += 1) number = (Math.imul(number, 31) + text.charCodeAt(at)) | 0;
  return number;
}

function add(form: string): void {
  const beginning = beginningOf(form, 0);
  const forms = byBeginning.get(beginning);
  if (forms === undefined) byBeginning.set(beginning, [form]);
  else {
    const shorter = forms.findIndex((each) => each.length < form.length);
    forms.splice(shorter < 0 ? forms.length : shorter, 0, form);
  }
}

function remove(form: string): void {
  const beginning = beginningOf(form, 0);
  const left = (byBeginning.get(beginning) ?? []).filter((each) => each !== form);
  if (left.length === 0) byBeginning.delete(beginning);
  else byBeginning.set(beginning, left);
}

declare const brand: unique symbol;

/** A SHA-256 digest as 64 lower-case hex digits. */
export type Sha256 = string & { readonly [brand]: 'Sha256' };

/** Returns the digest, or undefined when `text` is not 64 hex digits (either case is read). */
export function parseSha256(text: string): Sha256 | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? (text.toLowerCase() as Sha256) : undefined;
}

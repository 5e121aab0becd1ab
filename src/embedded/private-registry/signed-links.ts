import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { moveIntoPlace, orUndefined } from './documents-on-disk.ts';
import { type LinkClaim, linkClaim } from './schema.ts';

/** How long an upload or download link is good for: 25 hours, as HCP Terraform documents it for uploads. */
const LINK_LIFETIME_MS = 25 * 60 * 60 * 1000;

export const OBJECT_PATH = '/v1/object/';

/** Links that need no bearer token, because they prove by themselves that this registry made them. */
export interface SignedLinks {
  /** An absolute link below `origin`. */
  create(origin: string, claim: Omit<LinkClaim, 'expires'>): string;
  /** What a link's last part allows; undefined when it was not made here or has expired. */
  read(token: string): LinkClaim | undefined;
}

export function createSignedLinks(secret: Uint8Array, now: () => Date): SignedLinks {
  const sign = (claim: string): string => createHmac('sha256', secret).update(claim).digest('base64url');
  return {
    create: (origin, claim) => {
      const expires = now().getTime() + LINK_LIFETIME_MS;
      const encoded = Buffer.from(JSON.stringify({ ...claim, expires })).toString('base64url');
      return `${origin}${OBJECT_PATH}${encoded}.${sign(encoded)}`;
    },
    read: (token) => {
      const [encoded = '', signature = '', ...rest] = token.split('.');
      if (rest.length > 0 || !sameText(signature, sign(encoded))) return undefined;
      const claim = linkClaim.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')));
      return now().getTime() < claim.expires ? claim : undefined;
    },
  };
}

/** Compares in a time that does not depend on where the two differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The secret in `path`, made on first use and readable for its owner alone. */
export async function readOrCreateSecret(path: string, temporary: string): Promise<Uint8Array> {
  const present = await orUndefined(readFile(path, 'utf8'));
  if (present !== undefined) return Buffer.from(present.trim(), 'hex');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  await moveIntoPlace(temporary, path);
  return Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
}

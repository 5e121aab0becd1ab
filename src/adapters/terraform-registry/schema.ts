import * as z from 'zod';
import { parseSha256 } from '../../domain/artifact/sha256.ts';
import type { PublishedKey } from '../../domain/integrity/armored-keys.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import { parseVersion } from '../../domain/provider/version.ts';

/** A list whose unreadable members are left out; a missing or null list is empty. */
function readableMembers<S extends z.ZodType>(member: S) {
  return z
    .array(z.unknown())
    .nullish()
    .transform((list): z.output<S>[] =>
      (list ?? []).flatMap((value) => {
        const parsed = member.safeParse(value);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

/** Names in Go's manner; what is none could never be asked for and must not reach a message. */
const goName = z.string().regex(/^[0-9A-Za-z_-]{1,32}$/);
const platform = z.object({ os: goName, arch: goName });
const protocols = readableMembers(z.string());

/** Remote service discovery: `providers.v1` is undefined when the host offers no provider registry. */
export const discoverySchema = z
  .object({ 'providers.v1': z.string().min(1).nullish().catch(undefined) })
  .transform((services): { readonly providers: string | undefined } => ({
    providers: services['providers.v1'] ?? undefined,
  }));

/** One member of "versions"; undefined when Terraform could not read its version. */
export const listedVersion = z
  .object({ version: z.string(), protocols, platforms: readableMembers(platform) })
  .transform((listed): AvailableVersion | undefined => {
    const version = parseVersion(listed.version);
    return version && { version, protocols: listed.protocols, platforms: listed.platforms };
  });

/**
 * Provider registry protocol, "List Available Versions", but for the members of "versions", which `listedVersion`
 * reads. A document with an `id` and no `versions` lists nothing.
 */
export const versionsSchema = z
  .object({ id: z.string().optional().catch(undefined), versions: z.array(z.unknown()).nullish() })
  .refine(({ id, versions }) => id !== undefined || versions !== undefined, 'it has no "versions"');

const publishedKey = z
  .object({ key_id: z.string().nullish(), ascii_armor: z.string().min(1), source: z.string().nullish() })
  .transform(
    (key): PublishedKey => ({
      claimedKeyId: key.key_id ?? undefined,
      asciiArmor: key.ascii_armor,
      source: key.source ?? undefined,
    }),
  );

const sha256 = z.string().transform((text, context) => {
  const digest = parseSha256(text);
  if (digest !== undefined) return digest;
  context.addIssue('not a SHA-256 digest (64 hex digits)');
  return z.NEVER;
});

/** Provider registry protocol, "Find a Provider Package". URLs are as sent: absolute or relative. */
export const packageSchema = z
  .object({
    os: z.string().nullish(),
    arch: z.string().nullish(),
    filename: z.string().min(1),
    shasum: sha256,
    protocols,
    download_url: z.string().min(1),
    shasums_url: z.string().min(1),
    shasums_signature_url: z.string().min(1),
    signing_keys: z.object({ gpg_public_keys: readableMembers(publishedKey) }).nullish(),
  })
  .transform((document) => ({
    os: document.os ?? undefined,
    arch: document.arch ?? undefined,
    filename: document.filename,
    shasum: document.shasum,
    protocols: document.protocols,
    downloadUrl: document.download_url,
    shasumsUrl: document.shasums_url,
    shasumsSignatureUrl: document.shasums_signature_url,
    signingKeys: document.signing_keys?.gpg_public_keys ?? [],
  }));

/** A version's page, of which only the date of publishing is of interest. */
export const publishedAtSchema = z
  .object({ published_at: z.iso.datetime({ offset: true }) })
  .transform(({ published_at }) => new Date(published_at));

import * as z from 'zod';
import { parseSha256 } from '../../domain/artifact/sha256.ts';

/** As clients read it: unknown members and what the versions map to are ignored. */
export const indexDocument = z.object({ versions: z.record(z.string(), z.unknown()) });

export const versionDocument = z.object({
  archives: z.record(
    z.string(),
    z.object({
      url: z.string(),
      hashes: z
        .array(z.string())
        .nullish()
        .transform((hashes) => hashes ?? []),
    }),
  ),
});

const sha256 = z.string().transform((text, context) => {
  const digest = parseSha256(text);
  if (digest !== undefined) return digest;
  context.issues.push({ code: 'custom', message: 'not a SHA-256', input: text });
  return z.NEVER;
});

const h1 = z.string().regex(/^h1:[A-Za-z0-9+/]{43}=$/);

const evidencePackage = z.object({
  filename: z.string(),
  sha256,
  size: z.int().nonnegative(),
  stamp: z.string().optional(),
  archiveH1: h1.optional(),
  installedH1: h1.optional(),
  noH1: z.string().optional(),
  deliveredAt: z.iso.datetime(),
});

/** `evidence.json`: what was found about a version when it was delivered. */
export const evidenceDocument = z.object({
  format: z.literal(1),
  id: z.string(),
  protocols: z.array(z.string()),
  signedBy: z.object({ keyId: z.string(), fingerprint: z.string(), userIds: z.array(z.string()) }),
  checks: z.array(
    z.object({ check: z.string(), subject: z.string(), passed: z.boolean(), detail: z.string() }),
  ),
  remarks: z.array(z.string()),
  packages: z.record(z.string(), evidencePackage),
});

import * as z from 'zod';
import { parseSha256 } from '../../domain/artifact/sha256.ts';
import { whyNoBundlePath } from '../../domain/bundle/bundle-path.ts';
import type { ImportHistory } from '../../domain/bundle/import-order.ts';
import type { BundleManifest } from '../../domain/bundle/manifest.ts';
import { isFileName } from '../../domain/integrity/shasums.ts';
import { formatAddress, parseAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';

/** Text that `parse` turns into a value; undefined refuses it, with `what` it should have been. */
function parsed<T>(what: string, parse: (text: string) => T | undefined) {
  return z
    .string()
    .max(2048)
    .transform((text, context) => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', input: text, message: `is not ${what}` });
      return z.NEVER;
    });
}

const sha256 = parsed('a SHA-256 in lower-case hex', (text) =>
  text === text.toLowerCase() ? parseSha256(text) : undefined,
);
const date = parsed('a time such as 2026-11-26T12:00:00.000Z', (text) => {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text ? time : undefined;
});
const address = parsed('a whole provider address', (text) => {
  const found = parseAddress(text);
  return found !== undefined && formatAddress(found) === text ? found : undefined;
});
const version = parsed('a version', parseVersion);
const platform = parsed('a platform such as linux_amd64', (text) => {
  const [, os, arch] = /^([a-z0-9]+)_([a-z0-9]+)$/.exec(text) ?? [];
  return os === undefined || arch === undefined ? undefined : { os, arch };
});
const path = parsed('a path in a bundle', (text) => (whyNoBundlePath(text) === undefined ? text : undefined));

const held = { address, version, shasumsSha256: sha256 };

export const manifestDocument = z.object({
  format: z.literal('terraform-provider-synchronizer/bundle'),
  formatVersion: z.literal(1),
  toolVersion: z.string().max(100),
  created: date,
  base: z.object({ manifestSha256: sha256, created: date }).nullable(),
  files: z.array(z.object({ path, size: z.int().nonnegative(), sha256 })),
  versions: z.array(
    z.object({
      ...held,
      protocols: z.array(z.string().max(20)).max(20),
      signedBy: z.string().regex(/^[0-9A-F]{16}$/),
      packages: z.array(
        z.object({
          platform,
          sha256,
          filename: parsed('a file name', (text) => (isFileName(text) ? text : undefined)),
          path,
        }),
      ),
    }),
  ),
  before: z.array(z.object({ ...held, packages: z.array(z.object({ platform, sha256 })) })),
});

type ParsedManifest = z.output<typeof manifestDocument>;

export function toManifest(parsedDocument: ParsedManifest): BundleManifest {
  const { toolVersion, created, base, files, versions, before } = parsedDocument;
  return { toolVersion, created, base: base ?? undefined, files, versions, before };
}

const historyDocument = z.object({
  format: z.literal(1),
  imported: z.array(z.object({ manifestSha256: sha256, created: date, importedAt: date })),
  providers: z.record(z.string(), z.object({ created: date })),
});

/** Throws a ZodError when the value is no history. */
export function toHistory(value: unknown): ImportHistory {
  const { imported, providers } = historyDocument.parse(value);
  return {
    imported: new Map(imported.map(({ manifestSha256, ...times }) => [manifestSha256, times])),
    providers: new Map(Object.entries(providers)),
  };
}

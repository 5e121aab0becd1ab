import * as z from 'zod';
import { parseSha256, type Sha256 } from '../../domain/artifact/sha256.ts';
import type { Formula, MacosProvision, UnreadableFormula } from '../../domain/bottle/formula.ts';
import { isFormulaName } from '../../domain/bottle/names.ts';
import { bottleTagFor } from '../../domain/bottle/tags.ts';

/** The signatures of an API file (RFC 7515, 7.2.1). Members that are not needed are passed over. */
export const signatures = z
  .array(
    z.object({
      protected: z.string().max(4096),
      header: z.object({ kid: z.string().max(256).optional() }).optional(),
      signature: z.string().max(16_384),
    }),
  )
  .max(100);

const names = z.record(z.string(), z.string()).default({});

/** `internal/packages.TAG` without its formulae. */
export const packagesPayload = z.object({
  metadata: z.object({ bottle_tag: z.string(), generated_at: z.int().min(0) }),
  formula_aliases: names,
  formula_renames: names,
});

/** What a formula of `formula.json` is called, and was. */
export const formulaNames = z.object({
  name: z.string(),
  oldnames: z.array(z.unknown()).catch([]),
  aliases: z.array(z.unknown()).catch([]),
});

const sha256 = z.string().transform((text, context): Sha256 => {
  const digest = parseSha256(text);
  if (digest !== undefined) return digest;
  context.addIssue('is no SHA-256');
  return z.NEVER;
});
const count = z.int().min(0).max(1_000_000).default(0);
const version = z.string().min(1).max(128);

const packagesFormula = z.looseObject({
  stable_version: version,
  revision: count,
  bottle_rebuild: count,
  bottle_checksum: sha256.optional(),
  bottle_tag: z.string().optional(),
  stable_dependencies: z.array(z.unknown()).default([]),
  stable_uses_from_macos: z.array(z.unknown()).default([]),
  deprecate_args: z.unknown().optional(),
  disable_args: z.unknown().optional(),
});

/** A formula of `internal/packages.TAG` (Homebrew's api/formula_struct.rb). `now` decides on dated ends. */
export function packagesFormulaOf(
  name: string,
  value: unknown,
  tag: string,
  now: Date,
): Formula | UnreadableFormula {
  const parsed = packagesFormula.safeParse(value);
  if (!parsed.success || !isFormulaName(name)) return unreadable(name, parsed.error);
  const { data } = parsed;
  return {
    name,
    version: unescaped(data.stable_version),
    revision: data.revision,
    rebuild: data.bottle_rebuild,
    bottle: data.bottle_checksum && {
      sha256: data.bottle_checksum,
      tag: data.bottle_tag?.replace(/^:/, '') ?? tag,
    },
    dependencies: data.stable_dependencies.flatMap(runtimeName),
    usesFromMacos: provisionsOf(data.stable_uses_from_macos),
    deprecated: hasBegun(data.deprecate_args, now),
    disabled: hasBegun(data.disable_args, now),
  };
}

/** Texts stand as they are, symbols begin with ":", and a text that would begin so has a backslash in front. */
function unescaped(text: string): string {
  return text.startsWith('\\') ? text.slice(1) : text;
}

/**
 * `"zlib"`, or `{"zlib": ":recommended"}`: wanted with a bottle. What is only for building or testing is not, and a
 * requirement (`":macos"`, `{":arch": …}`) is no formula.
 */
function runtimeName(item: unknown): readonly string[] {
  if (typeof item === 'string') return item.startsWith(':') ? [] : [unescaped(item)];
  if (!isRecord(item)) return [];
  return Object.entries(item).flatMap(([name, kinds]) => {
    const words = Array.isArray(kinds) ? kinds : [kinds];
    const wanted = words.every((word) => word === ':recommended' || word === 'recommended');
    return wanted && !name.startsWith(':') ? [unescaped(name)] : [];
  });
}

/** `["zlib", "x", {":since": ":catalina"}]`, or each with its bound in a list of its own: a bound is of what precedes it. */
function provisionsOf(items: readonly unknown[]): readonly MacosProvision[] {
  const found: MacosProvision[] = [];
  for (const item of items) {
    if (Array.isArray(item)) {
      found.push(...provisionsOf(item));
      continue;
    }
    const since = isRecord(item) ? item[':since'] : undefined;
    const last = found.at(-1);
    if (typeof since !== 'string')
      found.push(...runtimeName(item).map((name) => ({ name, since: undefined })));
    else if (last !== undefined) found[found.length - 1] = { ...last, since: since.replace(/^:/, '') };
  }
  return found;
}

/** Arguments of `deprecate!` or `disable!`: with a date in them, from that day on. */
function hasBegun(args: unknown, now: Date): boolean {
  if (args === undefined || args === null || args === false) return false;
  const date = isRecord(args) ? (args[':date'] ?? args['date']) : undefined;
  return typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date)
    ? date <= now.toISOString().slice(0, 10)
    : true;
}

const formula = z.looseObject({
  name: z.string(),
  versions: z.looseObject({ stable: version.nullable() }),
  revision: count,
  bottle: z
    .looseObject({
      stable: z
        .looseObject({ rebuild: count, files: z.record(z.string(), z.looseObject({ sha256 })).default({}) })
        .optional(),
    })
    .default({}),
  dependencies: z.array(z.unknown()).default([]),
  recommended_dependencies: z.array(z.unknown()).default([]),
  uses_from_macos: z.array(z.unknown()).default([]),
  uses_from_macos_bounds: z.array(z.unknown()).default([]),
  deprecated: z.boolean().default(false),
  disabled: z.boolean().default(false),
});

/** A formula of `formula.json`, with what `variations` says of the tag. */
export function publicFormulaOf(name: string, value: unknown, tag: string): Formula | UnreadableFormula {
  const document = isRecord(value) ? value : {};
  const variations = document['variations'];
  const own = isRecord(variations) && isRecord(variations[tag]) ? variations[tag] : {};
  const parsed = formula.safeParse({ ...document, ...own });
  if (!parsed.success || !isFormulaName(name)) return unreadable(name, parsed.error);
  const { data } = parsed;
  const files = data.bottle.stable?.files ?? {};
  const taken = bottleTagFor(tag, Object.keys(files));
  const digest = taken === undefined ? undefined : files[taken]?.sha256;
  return {
    name: data.name,
    version: data.versions.stable ?? '',
    revision: data.revision,
    rebuild: data.bottle.stable?.rebuild ?? 0,
    bottle: taken === undefined || digest === undefined ? undefined : { sha256: digest, tag: taken },
    dependencies: [...data.dependencies, ...data.recommended_dependencies].flatMap(runtimeName),
    usesFromMacos: data.uses_from_macos.flatMap((item, index) => {
      const bound = data.uses_from_macos_bounds[index];
      const since = isRecord(bound) && typeof bound['since'] === 'string' ? bound['since'] : undefined;
      return runtimeName(item).map((name) => ({ name, since }));
    }),
    deprecated: data.deprecated,
    disabled: data.disabled,
  };
}

function unreadable(name: string, error: z.ZodError | undefined): UnreadableFormula {
  const [issue] = error?.issues ?? [];
  const problem =
    issue === undefined ? 'its name cannot stand in a path' : `${issue.path.join('.')}: ${issue.message}`;
  return { name, problem };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Public keys as JSON Web Keys: one, or a set (RFC 7517, 5). */
const apiKey = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  n: z.string().min(1),
  e: z.string().min(1),
});
export const apiKeys = z
  .union([z.object({ keys: z.array(apiKey).min(1) }), apiKey.transform((key) => ({ keys: [key] }))])
  .transform(({ keys }) => keys.map(({ kid, n, e }) => ({ kid, n, e })));

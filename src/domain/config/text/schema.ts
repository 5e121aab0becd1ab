import * as z from 'zod';
import type { Mistake } from '../../provider/mistake.ts';

/** A text that `parse` turns into a value; `meta` says the same to editors. */
export function parsedText<T extends object>(
  parse: (text: string) => T | Mistake,
  meta: Readonly<Record<string, unknown>>,
) {
  return z
    .string()
    .meta(meta)
    .transform((text, context) => {
      const parsed = parse(text);
      if (!('problem' in parsed)) return parsed;
      context.issues.push({
        code: 'custom',
        input: text,
        message: parsed.problem,
        params: { fix: parsed.fix },
      });
      return z.NEVER;
    });
}

/** The keys that `schema` knows in the object at `path`; none where it is no object. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<unknown>((place, part) => {
    const at = innermost(place);
    if (at instanceof z.ZodObject) return at.shape[String(part)];
    return at instanceof z.ZodArray ? at.element : undefined;
  }, schema);
  const at = innermost(found);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function innermost(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? innermost(schema.unwrap()) : schema;
}

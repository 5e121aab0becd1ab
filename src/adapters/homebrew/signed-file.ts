import type { SignedText } from '../../domain/integrity/jws.ts';
import type { ReadFormula } from './catalogs.ts';
import { bytesOfString, elementsOf, type JsonText, membersOf, NotJson, parseText } from './json-text.ts';
import { formulaNames, packagesPayload, signatures } from './schema.ts';

/** Of one formula, and of everything that stands beside the formulae. Real ones have 20 KB and 600 KB. */
const MAX_FORMULA_BYTES = 1024 * 1024;
const MAX_PART_BYTES = 8 * 1024 * 1024;
const MAX_ENVELOPE_BYTES = 4 * 1024 * 1024;
/** Ten times as many as there are. */
const MAX_FORMULAE = 100_000;

/**
 * The envelope around an API file: general JSON serialisation with the payload as a JSON string (RFC 7515, 7.2.1; RFC
 * 7797). Its parts are read in place, because the payload as a value would take ten times its bytes. Throws NotJson.
 */
export function readEnvelope(file: JsonText): SignedText {
  let payload: JsonText | undefined;
  const rest: Record<string, unknown> = {};
  for (const { key, value } of membersOf(file)) {
    if (key === 'payload') payload = value;
    else rest[key] = parseText(within(value, MAX_ENVELOPE_BYTES));
  }
  const parsed = signatures.safeParse(rest['signatures']);
  if (payload === undefined || !parsed.success) throw new NotJson('it has no payload and signatures');
  return { payload: bytesOfString(payload), signatures: parsed.data };
}

/** `internal/packages.TAG`. Throws NotJson. */
export function readPackagesPayload(payload: JsonText) {
  const formulae = new Map<string, ReadFormula>();
  const rest: Record<string, unknown> = {};
  let found = false;
  for (const { key, value } of membersOf(payload)) {
    if (key === 'formulae') {
      found = true;
      for (const member of membersOf(value)) add(formulae, member.key, member.value);
    } else if (WANTED.has(key)) rest[key] = parseText(within(value, MAX_PART_BYTES));
  }
  const parsed = packagesPayload.safeParse(rest);
  if (!found || !parsed.success) {
    const [issue] = parsed.error?.issues ?? [];
    throw new NotJson(found ? `${issue?.path.join('.')}: ${issue?.message}` : 'it has no formulae');
  }
  const { metadata, formula_aliases: aliases, formula_renames: renames } = parsed.data;
  return { tag: metadata.bottle_tag, generatedAt: metadata.generated_at, formulae, aliases, renames };
}

const WANTED: ReadonlySet<string> = new Set(['metadata', 'formula_aliases', 'formula_renames']);

/** `formula.json`. What is no formula is passed over, as brew could not ask for it. Throws NotJson. */
export function readFormulaePayload(payload: JsonText) {
  const formulae = new Map<string, ReadFormula>();
  const others = new Map<string, string>();
  for (const element of elementsOf(payload)) {
    const parsed = formulaNames.safeParse(parseText(within(element, MAX_FORMULA_BYTES)));
    if (!parsed.success) continue;
    const { name, oldnames, aliases } = parsed.data;
    add(formulae, name, element);
    for (const other of [...oldnames, ...aliases]) if (typeof other === 'string') others.set(other, name);
  }
  return { formulae, others };
}

function add(formulae: Map<string, ReadFormula>, name: string, text: JsonText): void {
  if (formulae.size >= MAX_FORMULAE) throw new NotJson(`it has more than ${MAX_FORMULAE} formulae`);
  formulae.set(name, () => parseText(within(text, MAX_FORMULA_BYTES)));
}

function within(text: JsonText, most: number): JsonText {
  if (text.length <= most) return text;
  throw new NotJson(`a part of it is longer than ${most} bytes`);
}

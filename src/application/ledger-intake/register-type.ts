import { canonicalize } from '../../domain/ledger/canonical.ts';
import type { RegisteredType } from '../../domain/ledger-intake/rules.ts';
import { parseTypeDocument } from '../../domain/ledger-intake/schema.ts';
import { schemaProblems } from '../../domain/ledger-intake/schema-limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TypeOffice, TypeTrial } from '../../ports/event-types.ts';
import { hashText } from '../ledger/hash-text.ts';

export type TypeJudgement =
  | { readonly registered: RegisteredType; readonly samples: number }
  | { readonly problems: readonly string[] };

/** Checks a type as it was handed in: its form, what its schema may be, and in a thread whether it works. */
export async function judgeType(trial: TypeTrial, type: string, text: string): Promise<TypeJudgement> {
  const parsed = parseTypeDocument(type, text);
  if ('problem' in parsed) return { problems: [parsed.problem] };
  const { document } = parsed;
  const problems = schemaProblems(document.schema);
  if (problems.length > 0) return { problems };
  const found = await trial.problems(document);
  if (found.length > 0) return { problems: found };
  const { schema, rules, samples } = document;
  const digest = hashText(canonicalize(schema));
  return { registered: { type, schema, digest, rules }, samples: samples.length };
}

/**
 * Registers a type that was handed in, or says beside it why not. One that is refused leaves the one that was registered
 * before as it is. Undefined when what was handed in is gone.
 */
export async function registerType(
  { office, trial, clock }: { readonly office: TypeOffice; readonly trial: TypeTrial; readonly clock: Clock },
  {
    type,
    key,
    versionId,
  }: { readonly type: string; readonly key: string; readonly versionId: string | undefined },
): Promise<TypeJudgement | undefined> {
  const text = await office.read(key, versionId);
  if (text === undefined) return undefined;
  const judgement = await judgeType(trial, type, text);
  if ('problems' in judgement) await office.refuse(type, judgement.problems, clock.now());
  else await office.register(judgement.registered, clock.now());
  return judgement;
}

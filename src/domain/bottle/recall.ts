import type { EventData } from '../events/types/schema.ts';
import { quote } from '../integrity/untrusted-text.ts';
import type { FormulaProblem, Resolution, WantedBottle, Wish } from './resolve.ts';

/** A version of a formula that turned out bad: it is not brought, and taken out where it is. */
export interface BottleRecall {
  readonly formula: string;
  /** As `brew list --versions` writes it (`3.1_1`), of whichever rebuild; undefined for every version. */
  readonly version: string | undefined;
  /** For people. */
  readonly reason: string;
  /** Who recalled it; undefined for the config. */
  readonly by: string | undefined;
}

/** The stream of a ledger that keeps recalls of bottles. */
export const RECALL_STREAM = 'homebrew/core';

/** "jq 1.8.1", or "jq" for all its versions: how a ledger names what is recalled. */
export function formatRecalled({ formula, version }: Pick<BottleRecall, 'formula' | 'version'>): string {
  return version === undefined ? formula : `${formula} ${version}`;
}

/** The recalls in force, of the facts of `RECALL_STREAM` in their order. */
export function recallsInForce(
  facts: readonly (
    | { readonly recalled: EventData<'versions.recalled'> }
    | { readonly unrecalled: EventData<'versions.unrecalled'> }
  )[],
): readonly BottleRecall[] {
  const recalls = new Map<string, BottleRecall>();
  for (const fact of facts) {
    if ('unrecalled' in fact) {
      recalls.delete(fact.unrecalled.versions);
      continue;
    }
    const { versions, reason, by } = fact.recalled;
    const [formula = '', version] = versions.split(' ');
    recalls.set(versions, { formula, version, reason, by });
  }
  return [...recalls.values()];
}

/** The recall that is about the bottle, if one is. */
export function recallOf(
  recalls: readonly BottleRecall[],
  { name, version }: Pick<WantedBottle, 'name' | 'version'>,
): BottleRecall | undefined {
  return recalls.find(
    (recall) => recall.formula === name && (recall.version === undefined || recall.version === version),
  );
}

/** The resolution without the bottles that are recalled; each formula that needs one is told as a problem. */
export function withoutRecalled(
  wish: Wish,
  recalls: readonly BottleRecall[],
  resolution: Resolution,
): Resolution {
  const recalled = resolution.bottles.flatMap((bottle) => {
    const recall = recallOf(recalls, bottle);
    return recall === undefined ? [] : [{ bottle, recall }];
  });
  if (recalled.length === 0) return resolution;
  const problems = new Map<string, FormulaProblem>();
  for (const { bottle, recall } of recalled) {
    for (const formula of bottle.neededBy) {
      const key = `${formula} ${bottle.name} ${bottle.version}`;
      const before = problems.get(key);
      const tags = [...new Set([...(before?.tags ?? []), bottle.tag])];
      problems.set(key, { ...problemOf(wish, formula, bottle, recall), tags });
    }
  }
  const gone = new Set(recalled.map(({ bottle }) => bottle));
  return {
    ...resolution,
    bottles: resolution.bottles.filter((bottle) => !gone.has(bottle)),
    problems: [...resolution.problems, ...problems.values()],
  };
}

function problemOf(
  wish: Wish,
  formula: string,
  { name, version }: WantedBottle,
  { by, reason }: BottleRecall,
): Omit<FormulaProblem, 'tags'> {
  const index = wish.formulae.indexOf(formula);
  const subject = formula === name ? quote(name) : `${quote(formula)} needs ${quote(name)}, which`;
  const who = by === undefined ? 'the config' : by;
  return {
    // What is brought for old hosts stands nowhere in the config.
    place: index < 0 ? wish.path : `${wish.path}.formulae[${index}]`,
    formula,
    kind: 'recalled',
    message: `${subject} is recalled in ${version} by ${who}: ${reason}`,
    fix: 'Wait for another version, or name the formula under "allow-missing".',
    allowed: wish.allowMissing.includes(formula),
  };
}

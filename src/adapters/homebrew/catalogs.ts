import type { Catalog, Formula, UnreadableFormula } from '../../domain/bottle/formula.ts';
import { NotJson } from './json-text.ts';
import { packagesFormulaOf, publicFormulaOf } from './schema.ts';

/** A formula as it stands in an API file: read when it is asked for, because most of 8,000 never are. Throws NotJson. */
export type ReadFormula = () => unknown;

/** The formulae of `internal/packages.TAG`; `now` decides on dated ends. */
export function packagesCatalog(
  tag: string,
  payload: {
    readonly formulae: ReadonlyMap<string, ReadFormula>;
    readonly aliases: Readonly<Record<string, string>>;
    readonly renames: Readonly<Record<string, string>>;
  },
  now: Date,
): Catalog {
  const { formulae, aliases, renames } = payload;
  return catalogOf(
    tag,
    formulae,
    new Map([...Object.entries(renames), ...Object.entries(aliases)]),
    (name, value) => packagesFormulaOf(name, value, tag, now),
  );
}

/** The formulae of `formula.json` as a host of one tag sees them; `others` are aliases and former names. */
export function publicCatalog(
  tag: string,
  payload: {
    readonly formulae: ReadonlyMap<string, ReadFormula>;
    readonly others: ReadonlyMap<string, string>;
  },
): Catalog {
  return catalogOf(tag, payload.formulae, payload.others, (name, value) => publicFormulaOf(name, value, tag));
}

function catalogOf(
  tag: string,
  formulae: ReadonlyMap<string, ReadFormula>,
  others: ReadonlyMap<string, string>,
  judge: (name: string, value: unknown) => Formula | UnreadableFormula,
): Catalog {
  const known = new Map<string, Formula | UnreadableFormula>();
  const read = (name: string, formula: ReadFormula): Formula | UnreadableFormula => {
    try {
      return judge(name, formula());
    } catch (error) {
      if (error instanceof NotJson) return { name, problem: error.message };
      throw error;
    }
  };
  return {
    tag,
    names: [...formulae.keys(), ...others.keys()],
    canonical: (name) => (formulae.has(name) ? name : (others.get(name) ?? name)),
    formula: (name) => {
      const unread = formulae.get(name);
      if (unread === undefined) return undefined;
      const formula = known.get(name) ?? read(name, unread);
      known.set(name, formula);
      return formula;
    },
  };
}

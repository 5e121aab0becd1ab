import type { Catalog, Formula, UnreadableFormula } from '../../domain/bottle/formula.ts';
import { type FormulaDocument, packagesFormulaOf, publicFormulaOf } from './schema.ts';

/** The formulae of `internal/packages.TAG`. Only those that are asked for are read. */
export function packagesCatalog(
  tag: string,
  payload: {
    readonly formulae: Readonly<Record<string, unknown>>;
    readonly formula_aliases: Readonly<Record<string, string>>;
    readonly formula_renames: Readonly<Record<string, string>>;
  },
  now: Date,
): Catalog {
  const { formulae, formula_aliases: aliases, formula_renames: renames } = payload;
  return catalogOf(
    tag,
    new Map(Object.entries(formulae)),
    new Map([...Object.entries(renames), ...Object.entries(aliases)]),
    (name, value) => packagesFormulaOf(name, value, tag, now),
  );
}

/** The formulae of `formula.json` as a host of one tag sees them. */
export function publicCatalog(tag: string, documents: readonly FormulaDocument[]): Catalog {
  const others = documents.flatMap((document) =>
    ['oldnames', 'aliases'].flatMap((member) => {
      const names = document[member];
      const texts = Array.isArray(names) ? names.filter((each) => typeof each === 'string') : [];
      return texts.map((other) => [other, document.name] as const);
    }),
  );
  return catalogOf(
    tag,
    new Map(documents.map((document) => [document.name, document])),
    new Map(others),
    (_name, document) => publicFormulaOf(document, tag),
  );
}

function catalogOf<T>(
  tag: string,
  formulae: ReadonlyMap<string, T>,
  others: ReadonlyMap<string, string>,
  read: (name: string, value: T) => Formula | UnreadableFormula,
): Catalog {
  const known = new Map<string, Formula | UnreadableFormula>();
  return {
    tag,
    names: [...formulae.keys(), ...others.keys()],
    canonical: (name) => (formulae.has(name) ? name : (others.get(name) ?? name)),
    formula: (name) => {
      const value = formulae.get(name);
      if (value === undefined) return undefined;
      const formula = known.get(name) ?? read(name, value);
      known.set(name, formula);
      return formula;
    },
  };
}

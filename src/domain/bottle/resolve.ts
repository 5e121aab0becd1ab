import type { Sha256 } from '../artifact/sha256.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { quote } from '../integrity/untrusted-text.ts';
import type { Catalog, Formula, UnreadableFormula } from './formula.ts';
import { bottleFilenameOf, imageOf, isFormulaName, isRef, pkgVersionOf, refNameOf, refOf } from './names.ts';
import { isLinux, isOlderMacos } from './tags.ts';

/** What the config asks for. */
export interface Wish {
  /** The place of the whole wish in the config: `$.bottles`. */
  readonly path: string;
  readonly formulae: readonly string[];
  readonly dependencies: boolean;
  readonly allowMissing: readonly string[];
}

/** One bottle to mirror. */
export interface WantedBottle {
  readonly name: string;
  /** `3.1_1`, as people and `brew list --versions` write it. */
  readonly version: string;
  readonly rebuild: number;
  /** The bottle's own: may be `all` or an older macOS than the host's. */
  readonly tag: string;
  readonly sha256: Sha256;
  readonly image: string;
  readonly ref: string;
  /** The annotation `org.opencontainers.image.ref.name` of its entry in the index. */
  readonly refName: string;
  readonly filename: string;
  /** The config's formulae, and what the product adds by itself, that need it; sorted. */
  readonly neededBy: readonly string[];
}

export interface FormulaProblem {
  /** `$.bottles.formulae[3]` */
  readonly place: string;
  /** As the config names it. */
  readonly formula: string;
  readonly kind: 'unknown' | 'no-bottle' | 'disabled' | 'unreadable' | 'recalled';
  /** The hosts' tags it is about, in the config's order. */
  readonly tags: readonly string[];
  readonly message: string;
  readonly fix: string | undefined;
  /** True for a formula under "allow-missing": told, and no reason not to publish. */
  readonly allowed: boolean;
}

export interface Resolution {
  /** Sorted by name, version and tag. */
  readonly bottles: readonly WantedBottle[];
  readonly problems: readonly FormulaProblem[];
  /** For a person. */
  readonly remarks: readonly string[];
}

/**
 * What hosts ask for though no config names it: a Linux host whose glibc is older than 2.39 installs `glibc` first,
 * and with too old a gcc also `gcc` (Homebrew's extend/os/linux/formula.rb); brew itself runs on `portable-ruby`.
 */
const IMPLIED = [
  { name: 'glibc', on: isLinux },
  { name: 'gcc', on: isLinux },
  { name: 'portable-ruby', on: () => true },
] as const;

interface Found {
  readonly kind: FormulaProblem['kind'];
  readonly message: string;
  readonly fix: string | undefined;
  readonly tag: string;
}

/** What the wish comes to on hosts of one tag, without the catalog, which may be large. */
export interface TagResolution {
  readonly bottles: readonly (Omit<WantedBottle, 'neededBy'> & { readonly root: string })[];
  /** By the formula's place in the wish. */
  readonly found: readonly { readonly index: number; readonly mistakes: readonly Found[] }[];
  readonly remarks: readonly string[];
}

/** The closure of the wish in one catalog. */
export function resolveOnTag(wish: Wish, catalog: Catalog): TagResolution {
  const bottles: (Omit<WantedBottle, 'neededBy'> & { readonly root: string })[] = [];
  const remarks: string[] = [];
  const take = (visit: Visit, root: string): void => {
    for (const bottle of visit.formulae.map(wantedOf)) {
      if (bottle !== undefined) bottles.push({ ...bottle, root });
    }
  };
  const found = wish.formulae.map((root, index) => {
    const visit = closureOf(root, catalog, wish.dependencies);
    take(visit, root);
    remarks.push(...visit.remarks.map((remark) => `${wish.path}.formulae[${index}]: ${remark}`));
    return { index, mistakes: visit.found };
  });
  const implied = wish.dependencies ? IMPLIED.filter(({ on }) => on(catalog.tag)) : [];
  for (const { name } of implied.filter(({ name }) => catalog.formula(name) !== undefined)) {
    const visit = closureOf(name, catalog, true);
    take(visit, name);
    remarks.push(...visit.found.map(({ message }) => `${name} for ${catalog.tag}: ${message}`));
  }
  return { bottles, found, remarks };
}

/**
 * The closure of the wish over every catalog. The bottles do not depend on the order of formulae or catalogs; a further
 * formula only ever adds some.
 */
export function mergeResolutions(wish: Wish, parts: readonly TagResolution[]): Resolution {
  const bottles = new Map<string, Omit<WantedBottle, 'neededBy'> & { readonly needs: Set<string> }>();
  for (const { root, ...bottle } of parts.flatMap((part) => part.bottles)) {
    const key = `${bottle.image} ${bottle.refName} ${bottle.sha256}`;
    const held = bottles.get(key);
    if (held) held.needs.add(root);
    else bottles.set(key, { ...bottle, needs: new Set([root]) });
  }
  const problems = wish.formulae.flatMap((formula, index) => {
    const mistakes = parts.flatMap(({ found }) => found.filter((each) => each.index === index));
    const place = `${wish.path}.formulae[${index}]`;
    const allowed = wish.allowMissing.includes(formula);
    return merged(mistakes.flatMap((each) => each.mistakes)).map((one) => ({
      ...one,
      place,
      formula,
      allowed,
    }));
  });
  const sorted = [...bottles.values()]
    .map(({ needs, ...bottle }) => ({ ...bottle, neededBy: [...needs].toSorted() }))
    .toSorted((a, b) => compare(sortKey(a), sortKey(b)));
  return {
    bottles: sorted,
    problems,
    remarks: [...new Set(parts.flatMap(({ remarks }) => remarks))].toSorted(),
  };
}

const sortKey = ({ name, ref, tag, sha256 }: WantedBottle): string => [name, ref, tag, sha256].join('\n');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Visit {
  readonly formulae: readonly Formula[];
  readonly found: readonly Found[];
  readonly remarks: readonly string[];
}

/** Everything that `root` needs on hosts of the catalog's tag, itself included; circles end by themselves. */
function closureOf(root: string, catalog: Catalog, dependencies: boolean): Visit {
  const { tag } = catalog;
  const start = catalog.canonical(root);
  const formulae: Formula[] = [];
  const found: Found[] = [];
  const remarks: string[] = [];
  if (start !== root) remarks.push(`${quote(root)} is ${quote(start)} by now`);
  const seen = new Set([start]);
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const formula = catalog.formula(name);
    const own = name === start;
    const mistake = mistakeOf(formula, { name, root, own, catalog });
    if (mistake !== undefined) found.push({ ...mistake, tag });
    if (formula === undefined || 'problem' in formula) continue;
    if (own && formula.deprecated) remarks.push(`${quote(root)} is deprecated and will be disabled`);
    formulae.push(formula);
    if (!dependencies) continue;
    for (const wanted of dependenciesOf(formula, tag)) {
      const next = catalog.canonical(wanted);
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
  return { formulae, found, remarks };
}

/**
 * The formulae that one needs at run time on hosts of `tag`, as it names them.
 * @internal
 */
export function dependenciesOf(formula: Formula, tag: string): readonly string[] {
  const provided = formula.usesFromMacos.filter(
    ({ since }) => isLinux(tag) || (since !== undefined && isOlderMacos(tag, since)),
  );
  return [...formula.dependencies, ...provided.map(({ name }) => name)];
}

function mistakeOf(
  formula: Formula | UnreadableFormula | undefined,
  about: { readonly name: string; readonly root: string; readonly own: boolean; readonly catalog: Catalog },
): Omit<Found, 'tag'> | undefined {
  const { name, root, own, catalog } = about;
  const subject = own ? quote(root) : `${quote(root)} needs ${quote(name)}, which`;
  const verb = (words: string) => `${subject} ${words}`;
  if (formula === undefined) {
    if (!own) return { kind: 'unknown', message: verb('does not exist'), fix: undefined };
    const meant = didYouMean(root, catalog.names);
    const fix = meant === undefined ? 'Write it as "brew install" takes it.' : `Did you mean "${meant}"?`;
    return { kind: 'unknown', message: `There is no formula ${quote(root)}`, fix };
  }
  if ('problem' in formula)
    return { kind: 'unreadable', message: verb(`cannot be mirrored: ${formula.problem}`), fix: undefined };
  if (formula.disabled)
    return { kind: 'disabled', message: verb('is disabled, so that brew refuses to install it'), fix: ALLOW };
  if (formula.bottle === undefined) return { kind: 'no-bottle', message: verb('has no bottle'), fix: ALLOW };
  if (wantedOf(formula) !== undefined) return undefined;
  const message = verb(`has a version that no registry could hold: ${quote(refOf(formula))}`);
  return { kind: 'unreadable', message, fix: undefined };
}

const ALLOW = 'Take it out, or name it under "allow-missing".';

/** One problem for all the tags on which it is the same. */
function merged(found: readonly Found[]): readonly Omit<FormulaProblem, 'place' | 'formula' | 'allowed'>[] {
  const groups = Map.groupBy(found, ({ kind, message }) => `${kind} ${message}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const tags = [...new Set(group.map(({ tag }) => tag))];
    // A formula that nobody has is missing everywhere; only what one system lacks needs the system's name.
    const where = first.kind === 'unknown' ? '' : ` (${tags.join(', ')})`;
    return [{ kind: first.kind, message: `${first.message}${where}`, fix: first.fix, tags }];
  });
}

/** Undefined without a bottle, or with names that no path could hold. */
function wantedOf(formula: Formula): Omit<WantedBottle, 'neededBy'> | undefined {
  const { name, rebuild, bottle } = formula;
  if (bottle === undefined || !isFormulaName(name) || !isRef(refOf(formula))) return undefined;
  return {
    name,
    version: pkgVersionOf(formula),
    rebuild,
    tag: bottle.tag,
    sha256: bottle.sha256,
    image: imageOf(name),
    ref: refOf(formula),
    refName: refNameOf(formula, bottle.tag),
    filename: bottleFilenameOf(name, formula, bottle.tag),
  };
}

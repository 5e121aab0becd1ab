import type { Sha256 } from '../artifact/sha256.ts';
import type { BottleVersion } from './names.ts';

/** What a formula needs from macOS, which has it; elsewhere it is a dependency like any other. */
export interface MacosProvision {
  readonly name: string;
  /** The release of macOS that has it first ("catalina"); undefined for all of them. */
  readonly since: string | undefined;
}

/** A formula as a host of one tag sees it. */
export interface Formula extends BottleVersion {
  readonly name: string;
  /** Undefined when there is none that such a host could take. */
  readonly bottle: { readonly sha256: Sha256; readonly tag: string } | undefined;
  /** Formulae that it needs at run time on every system. */
  readonly dependencies: readonly string[];
  readonly usesFromMacos: readonly MacosProvision[];
  readonly deprecated: boolean;
  readonly disabled: boolean;
}

/** A formula that the API has, and that cannot be mirrored as it is described there. */
export interface UnreadableFormula {
  readonly name: string;
  /** Ready for a person, without a full stop. */
  readonly problem: string;
}

/** The formulae of one signed API file, as a host of one tag sees them. */
export interface Catalog {
  /** "x86_64_linux" */
  readonly tag: string;
  /** Every name, aliases and former names included. */
  readonly names: readonly string[];
  /** The name that an alias or a former name stands for; the same name for every other. */
  canonical(name: string): string;
  /** By its canonical name. */
  formula(name: string): Formula | UnreadableFormula | undefined;
}

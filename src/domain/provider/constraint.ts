import type { Version } from './version.ts';

/** A Terraform version constraint; every term must hold. */
export interface VersionConstraint {
  readonly text: string;
  readonly terms: readonly ConstraintTerm[];
}

export interface ConstraintTerm {
  readonly operator: '=' | '!=' | '>' | '>=' | '<' | '<=' | '~>';
  readonly boundary: Version;
  /** How many numbers were written: `~> 1.2` and `~> 1.2.0` differ. */
  readonly parts: 1 | 2 | 3;
}

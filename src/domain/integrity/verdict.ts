import type { Evidence, EvidenceCheck } from '../artifact/artifact.ts';
import type { SigningKeyInfo } from './signing-key.ts';

/** One check of a provider release's chain. */
export interface IntegrityCheck extends EvidenceCheck {
  readonly check:
    | 'shasums-line-equals-registry-shasum'
    | 'signature-over-shasums'
    | 'signed-by-pinned-key'
    | 'package-digest';
}

/** What is known about a release's integrity. */
export interface IntegrityVerdict extends Evidence {
  readonly checks: readonly IntegrityCheck[];
  /** The primary key that signed; undefined when no signature was accepted. */
  readonly signedBy: SigningKeyInfo | undefined;
}

import type { SigningKeyInfo } from './signing-key.ts';

/** One check of the chain and what it found. Only checks that ran are listed. */
export interface IntegrityCheck {
  readonly check:
    | 'shasums-line-equals-registry-shasum'
    | 'signature-over-shasums'
    | 'signed-by-pinned-key'
    | 'package-digest';
  /** The file, platform or key the check was about. */
  readonly subject: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What is known about a release's integrity: data, so that it can be shown, logged and compared. */
export interface IntegrityVerdict {
  readonly checks: readonly IntegrityCheck[];
  /** The primary key that signed; undefined when no signature was accepted. */
  readonly signedBy: SigningKeyInfo | undefined;
  /** Things a person should know that refuse nothing, such as "the key expired on 2026-04-18". */
  readonly remarks: readonly string[];
}

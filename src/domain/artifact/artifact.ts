import type { Sha256 } from './sha256.ts';

/** One file of an artifact: what clients download. */
export interface ArtifactFile {
  /** A plain file name, unique within the artifact. */
  readonly filename: string;
  readonly sha256: Sha256;
  /** In bytes, where the source tells it before the bytes pass. */
  readonly size?: number;
}

/** One check of a chain and what it found. Only checks that ran are listed. */
export interface EvidenceCheck {
  /** What was checked, in words of the artifact's kind: `signature-over-shasums`. */
  readonly check: string;
  /** The file, platform or key the check was about. */
  readonly subject: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What is known about an artifact's integrity: data, so that it can be shown, logged, kept and compared. */
export interface Evidence {
  readonly checks: readonly EvidenceCheck[];
  /** Things a person should know that refuse nothing, such as "the key expired on 2026-04-18". */
  readonly remarks: readonly string[];
}

/** What every artifact has, whatever its kind. A kind adds its names and the documents that prove it. */
export interface Artifact<F extends ArtifactFile = ArtifactFile> {
  /** One line that names it and its version: `registry.terraform.io/hashicorp/aws 5.100.0`. */
  readonly id: string;
  readonly files: readonly F[];
  readonly evidence: Evidence;
}

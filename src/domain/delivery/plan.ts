/** The systems an artifact can be delivered to. */
export type DestinationKind = 'private-registry' | 'network-mirror' | 'oci-mirror' | 'bundle';

/** One change to a destination. Every step may be repeated: it changes nothing the second time. */
export interface DeliveryStep {
  /** In words, as a plan shows it: "upload package linux_amd64". */
  readonly text: string;
  /** The artifact's file that the step is about, if it is about one. */
  readonly file?: string;
}

/** Something already at the destination that differs from the artifact. It is reported, never overwritten. */
export interface DeliveryDifference {
  /** A word for programs: `shasum`, `signature`, `signing-key`, … */
  readonly what: string;
  /** Undefined when the difference is about the whole version. */
  readonly file?: string;
  readonly present: string;
  readonly wanted: string;
  /** In words: "linux_amd64 package shasum: the private registry has …, upstream …". */
  readonly text: string;
}

/**
 * What lies between a destination and an artifact. `up-to-date` is said only of what a client would accept:
 * the destination has shown every file, and its own documents hold together by its own key.
 */
export interface DeliveryPlan {
  /**
   * `publish`: the version is not there at all. `complete`: it is there but not whole, or lacks a file.
   * `conflict`: it is there and differs; no step leads from it to the artifact without overwriting.
   */
  readonly outcome: 'up-to-date' | 'publish' | 'complete' | 'conflict';
  /** In the order in which they are taken; empty when up to date or in conflict. */
  readonly steps: readonly DeliveryStep[];
  /** The names of the artifact's files whose bytes are missing: what is to be sent. */
  readonly missing: readonly string[];
  /** Empty but for a conflict. */
  readonly differences: readonly DeliveryDifference[];
  /** What a person should know that stops nothing, such as a key algorithm the destination does not document. */
  readonly remarks: readonly string[];
}

import type { Duration } from '../admission/policy.ts';
import type { BottleRecall } from '../bottle/recall.ts';
import type { MirrorLocation } from './destinations.ts';

/** Which forms of the formulae's API are mirrored. */
type ApiGeneration = 'internal' | 'formula';

/** The `bottles` of `config.json`, parsed: nothing about its form is checked again. */
export interface BottlesEntry {
  /** Its place in the file: `$.bottles`. */
  readonly path: string;
  /** As the config names them, in its order: "openssl@3". */
  readonly formulae: readonly string[];
  /** Whether what the formulae need at run time is mirrored as well. */
  readonly dependencies: boolean;
  /** "arm64_tahoe", "x86_64_linux": never "all". */
  readonly tags: readonly string[];
  readonly destination: MirrorLocation;
  readonly apiGenerations: readonly ApiGeneration[];
  /** How many of the newest snapshots cleanup keeps; at least 1. */
  readonly keepSnapshots: number;
  /** Bottles of at least so many bytes are brought by the task for large ones. */
  readonly sizeThresholdBytes: number;
  readonly minimumAge: Duration | undefined;
  /** Formulae without which a run publishes all the same. */
  readonly allowMissing: readonly string[];
  /** Versions that turned out bad. */
  readonly recalled: readonly BottleRecall[];
}

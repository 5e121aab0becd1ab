import type { Artifact, ArtifactFile } from '../domain/artifact/artifact.ts';
import type { DeliveryPlan, DestinationKind } from '../domain/delivery/plan.ts';
import type { ReleasePackage, VerifiedRelease } from '../domain/provider/release.ts';
import type { ByteSink, ByteSource } from './bytes.ts';

/** A file together with where its bytes come from. */
export type Sourced<F extends ArtifactFile = ArtifactFile> = F & { readonly source: ByteSource };

/** A release whose documents hold together, each package with its source. */
export type VerifiedProvider = VerifiedRelease<Sourced<ReleasePackage>>;

/**
 * A place that artifacts are delivered to: a private registry, a mirror, a bundle.
 *
 * Every method throws a SyncError; one of origin `destination` unless the user is at fault (token, rights).
 * `P` is what a destination keeps of an inspection for `begin`; nobody else looks into it.
 */
export interface Destination<A extends Artifact = VerifiedRelease, P extends DeliveryPlan = DeliveryPlan> {
  /** The config's name for it, for results and messages. */
  readonly name: string;
  readonly kind: DestinationKind;
  /**
   * Finds out what would end every delivery (a token that is not accepted, an organization that is not there) before
   * any work is done; throws it. Costs no request that an inspection would not make. Absent where there is no such.
   */
  reach?(): Promise<void>;
  /**
   * Compares the artifact with what a client would be given, judged as the client would judge it (the stored
   * signature by the stored key, sums, digests as far as the destination tells them). Only reads.
   */
  inspect(artifact: A): Promise<P>;
  /** Takes the steps that come before any bytes. Visible to no client. */
  begin(artifact: A, plan: P, context: DeliveryContext): Promise<Delivery>;
  /** A stored file's bytes, for reading back. `open` throws DestinationNotFound when it is not there. */
  storedFile(artifact: A, file: ArtifactFile): ByteSource;
}

export interface DeliveryContext {
  readonly signal?: AbortSignal | undefined;
  /** Told of what happened beside the delivery itself. */
  readonly onSigningKeyAdded?: (keyId: string) => void;
}

/**
 * One artifact on its way into one destination. Ended by `commit` or `abandon`, exactly once; dying without
 * either leaves nothing that a client sees, and the next inspection goes on from what is there.
 */
export interface Delivery {
  /**
   * Where a missing file's bytes go. `send` may be called again after it failed, and begins at the first byte.
   * Bytes that were not wholly sent are never taken for the file.
   */
  sinkFor(file: ArtifactFile): ByteSink;
  /**
   * Makes the version visible, whole: first the destination itself must show every file of it; only then goes
   * up what makes clients find it. Throws DestinationResponseInvalid when a file that was accepted is not shown.
   */
  commit(): Promise<void>;
  /** Gives up what was begun (temporary files, open uploads, locks). Never throws. */
  abandon(): Promise<void>;
}

import type { Sha256 } from '../../src/domain/artifact/sha256.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { Platform } from '../../src/domain/provider/platform.ts';
import type { StoredSigningKey } from '../../src/ports/signing-keys.ts';

/** What one organization's registry holds, in memory. */
export interface RegistryState {
  readonly providers: Map<string, Map<string, StoredVersion>>;
  readonly publicProviders: { readonly namespace: string; readonly name: string }[];
  readonly keys: Map<string, StoredSigningKey>;
}

export interface StoredVersion {
  readonly text: string;
  readonly createdAt: Date;
  readonly keyId: string;
  readonly protocols: readonly string[];
  readonly platforms: Map<string, StoredPlatform>;
  shasums: Uint8Array | undefined;
  signature: Uint8Array | undefined;
}

export interface StoredPlatform {
  readonly platform: Platform;
  readonly filename: string;
  readonly shasum: Sha256;
  bytes: Uint8Array | undefined;
}

export function emptyState(): RegistryState {
  return { providers: new Map(), publicProviders: [], keys: new Map() };
}

/** A call that would change the registry, whether or not it did. */
export interface ChangingCall {
  readonly method:
    | 'createProvider'
    | 'createVersion'
    | 'createPlatform'
    | 'uploadShasums'
    | 'uploadShasumsSignature'
    | 'uploadPackage'
    | 'deleteVersion'
    | 'addSigningKey';
  /** "aws 1.0.0 linux_amd64", as far as the call names them. */
  readonly subject: string;
}

export interface Breakage {
  /** Every call fails with this error while it is set. */
  refuseAllWith(error: SyncError | undefined): void;
  /**
   * Lets `calls` more changing calls through; the ones after them fail with DestinationUnavailable. With
   * `answerLost` the first of those still does its work, as when a connection breaks before the answer.
   */
  breakAfter(calls: number, options?: { readonly answerLost?: boolean }): void;
  /** Ends both. */
  mend(): void;
  readonly changes: readonly ChangingCall[];
}

/** Where a fake can be broken, and what it was asked to change until then. */
export function createBreakpoint() {
  const changes: ChangingCall[] = [];
  let refusal: SyncError | undefined;
  let left = Number.POSITIVE_INFINITY;
  let answerLost = false;

  const breakage: Breakage = {
    refuseAllWith: (error) => void (refusal = error),
    breakAfter: (calls, options = {}) => {
      left = calls;
      answerLost = options.answerLost ?? false;
    },
    mend: () => {
      refusal = undefined;
      left = Number.POSITIVE_INFINITY;
      answerLost = false;
    },
    changes,
  };
  const read = async <T>(answer: () => T): Promise<T> => {
    if (refusal) throw refusal;
    return answer();
  };
  const change = async <T>(call: ChangingCall, apply: () => T | Promise<T>): Promise<T> => {
    if (refusal) throw refusal;
    changes.push(call);
    left -= 1;
    if (left >= 0) return apply();
    if (answerLost && left === -1) await apply();
    throw new SyncError('DestinationUnavailable', `The private registry broke off ${call.method}.`);
  };
  return { breakage, read, change };
}

import type { Signer } from './form/overview.ts';
import type { Check } from './form/provider.ts';

/** A version as a destination tells of it to people. What a destination does not know is absent. */
export interface HeldVersion {
  /** Canonical where it can be read. */
  readonly version: string;
  /** Whether a client could install it; undefined where nobody knows. */
  readonly complete: boolean | undefined;
  readonly since?: Date | undefined;
  /** Absent where the destination tells at most their number. */
  readonly packages?: readonly HeldPackage[];
  readonly protocols?: readonly string[];
  readonly signer?: Signer & { readonly fingerprint: string | null };
  readonly checks?: readonly Check[];
  readonly remarks?: readonly string[];
}

export interface HeldPackage {
  /** `linux_amd64`. */
  readonly platform: string;
  /** Of the zip, in hex. */
  readonly sha256?: string;
  /** `h1:` over what the zip holds, as a client locks it. */
  readonly h1?: string;
  /** In bytes. */
  readonly size?: number;
}

/** What a public key says of itself. Times are UTC. */
export interface SigningKeyInfo {
  /** The primary key's 64-bit id, 16 upper-case hex digits: what HCP Terraform calls `key-id`. */
  readonly keyId: string;
  /** The primary key's fingerprint, upper-case hex. */
  readonly fingerprint: string;
  /** Upper-case 64-bit ids of its subkeys. */
  readonly subkeyIds: readonly string[];
  readonly userIds: readonly string[];
  readonly createdAt: Date;
  /** Undefined when the primary key never expires. */
  readonly expiresAt: Date | undefined;
  readonly revoked: boolean;
  /** This key alone as one armored block with LF line ends: what a private registry stores. */
  readonly asciiArmor: string;
}

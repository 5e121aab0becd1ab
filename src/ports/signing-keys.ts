/** A GPG key the organization's private registry holds. */
export interface StoredSigningKey {
  /** 16 upper-case hex digits. */
  readonly keyId: string;
  readonly asciiArmor: string;
  readonly createdAt: Date | undefined;
}

/** The organization's signing keys (registry GPG key API). Errors as for PrivateRegistry. */
export interface SigningKeys {
  list(): Promise<readonly StoredSigningKey[]>;
  /** Undefined when the organization does not have it. */
  find(keyId: string): Promise<StoredSigningKey | undefined>;
  /** Adds the key; finds it when it is already there. */
  add(key: { readonly keyId: string; readonly asciiArmor: string }): Promise<'added' | 'present'>;
}

/** Where the private registry's API token comes from. */
export interface TokenSource {
  /** Names the variable, file or secret, for messages; never the token. */
  readonly description: string;
  /** The token. With `fresh`, past any cache: used once after a 401. Throws SecretUnreadable. */
  read(options?: { readonly fresh?: boolean }): Promise<string>;
}

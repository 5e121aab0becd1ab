/** Where secrets lie that deployments take and make. Methods throw a SyncError; SecretUnreadable above all. */
export interface DeploymentSecrets {
  /** Keeps a value under a name of letters, digits, `.`, `_`, `-` and `/`; the reference by which it is read. */
  keep(name: string, value: string): Promise<string>;
  read(reference: string): Promise<string>;
}

/** The catalogue of what can be deployed: folders of files. Methods throw a SyncError. */
export interface DeploymentKinds {
  /** For messages. */
  readonly location: string;
  names(): Promise<readonly string[]>;
  /** A kind's files, text by path; undefined when there is no such kind. */
  read(name: string): Promise<ReadonlyMap<string, string> | undefined>;
}

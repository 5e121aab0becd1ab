/** Where `config.json` is read from: a file, or an object in a bucket. */
export interface ConfigSource {
  /** For messages: the path or `s3://bucket/key` (with its version when pinned). */
  readonly location: string;
  /** The text. Throws ConfigNotFound, ConfigUnreadable, ConfigTooLarge. */
  read(): Promise<string>;
  /** Hostnames of registries that a config may name, in lower case; undefined where any may be named. */
  readonly allowedHostnames?: readonly string[] | undefined;
}

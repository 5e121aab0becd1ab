/** What a registry offers beside the distribution API, as ECR does. Errors as for VersionStore. */
export interface RepositoryKeeper {
  /** Also resolves when another made it meanwhile. */
  createRepository(repository: string): Promise<void>;
  /** Every repository. */
  listRepositories(): Promise<readonly string[]>;
  /** When each tag was pushed. */
  pushedAt(repository: string): Promise<ReadonlyMap<string, Date>>;
  /**
   * A manifest by its digest (with all its tags) or one tag. "gone" when it was not there, "refused" while an index
   * still needs it.
   */
  deleteImage(
    repository: string,
    image: { tag: string } | { digest: string },
  ): Promise<'deleted' | 'gone' | 'refused'>;
}

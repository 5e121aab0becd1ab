interface EcrHost {
  /** The registry's account. */
  readonly accountId: string;
  readonly region: string;
}

/**
 * A private ECR registry by its host; undefined for any other. Apart from `ecr.ts`, so that the SDK is loaded for
 * such a host alone.
 */
export function parseEcrHost(host: string): EcrHost | undefined {
  const match = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/.exec(
    host,
  );
  const [, accountId, region] = match ?? [];
  return accountId === undefined || region === undefined ? undefined : { accountId, region };
}

import { SyncError } from '../../domain/errors.ts';

/** What opens a registry. */
export type OciCredential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A refresh token for the registry's token server (OAuth 2). */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** A token that goes to the registry as it is. */
  | { readonly kind: 'bearer'; readonly token: string };

/** Where the credentials of one registry come from. */
export interface OciCredentials {
  /** Names the variables, file or service, for messages; never a secret. */
  readonly description: string;
  /**
   * The credential for a repository of the registry (`host` with its port); undefined when there is none here.
   * With `fresh`, past any cache: used once after a 401. Throws SecretUnreadable.
   */
  read(wanted: CredentialWish): Promise<OciCredential | undefined>;
}

export interface CredentialWish {
  readonly host: string;
  /** Undefined for what concerns the registry as a whole. */
  readonly repository?: string | undefined;
  readonly fresh?: boolean;
}

/** The first of several that has one. */
export function firstCredentials(sources: readonly OciCredentials[]): OciCredentials {
  return {
    description: sources.map(({ description }) => description).join(', ') || 'nowhere',
    read: async (wish) => {
      for (const source of sources) {
        const found = await source.read(wish);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

const VARIABLES = { username: 'OCI_USERNAME', password: 'OCI_PASSWORD' };

/**
 * A user name and password in two variables of `environment`, both or neither. Throws SecretUnreadable when only
 * one is set.
 */
export function createEnvironmentOciCredentials(
  environment: Readonly<Record<string, string | undefined>>,
  variables: { readonly username: string; readonly password: string } = VARIABLES,
): OciCredentials {
  const description = `the environment variables ${variables.username} and ${variables.password}`;
  return {
    description,
    read: async () => {
      const username = environment[variables.username] || undefined;
      const password = environment[variables.password] || undefined;
      if (username === undefined && password === undefined) return undefined;
      if (username === undefined || password === undefined) {
        const absent = username === undefined ? variables.username : variables.password;
        throw new SyncError(
          'SecretUnreadable',
          `Of ${description}, ${absent} is not set. Set both or neither.`,
        );
      }
      return { kind: 'basic', username, password };
    },
  };
}

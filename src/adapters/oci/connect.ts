import {
  parseRepositoryTemplate,
  type RepositoryTemplate,
} from '../../domain/delivery/repository-template.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ProviderAddress } from '../../domain/provider/address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../http/contract.ts';
import { createEnvironmentOciCredentials, firstCredentials, type OciCredentials } from './credentials.ts';
import { createDockerCredentials } from './docker-config.ts';
import { parseEcrHost } from './ecr-host.ts';
import type { RepositoryKeeper } from './keeper.ts';
import { createOciMirror } from './oci-mirror.ts';

export interface OciConnection {
  readonly name: string;
  /** As `parseRepositoryTemplate` reads it. */
  readonly repository: string;
  readonly createRepositories: boolean;
  /** The providers that the config names. */
  readonly knownProviders: readonly ProviderAddress[];
  /** Of the side `destination`. */
  readonly http: HttpClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/**
 * An OCI mirror with what its host needs: ECR's own tokens and API for a registry of ECR; for every other the
 * variables OCI_USERNAME and OCI_PASSWORD, then what `docker login` left.
 */
export async function connectOciMirror(connection: OciConnection) {
  const { repository, environment } = connection;
  const template = requireTemplate(repository);
  const own = await ecrOf(template.host, connection.clock);
  const local = [createEnvironmentOciCredentials(environment), createDockerCredentials(environment)];
  return createOciMirror({
    ...connection,
    template,
    credentials: firstCredentials([...(own === undefined ? [] : [own.credentials]), ...local]),
    keeper: own?.keeper,
  });
}

/** The host of a template, for what may be asked of it. Throws ConfigInvalid. */
export function hostOfRepository(repository: string): string {
  return requireTemplate(repository).host;
}

function requireTemplate(repository: string): RepositoryTemplate {
  const template = parseRepositoryTemplate(repository);
  if ('problem' in template) throw new SyncError('ConfigInvalid', template.problem);
  return template;
}

/** Nobody but who mirrors to ECR waits for its SDK. */
async function ecrOf(
  host: string,
  clock: Clock,
): Promise<{ readonly credentials: OciCredentials; readonly keeper: RepositoryKeeper } | undefined> {
  const place = parseEcrHost(host);
  if (place === undefined) return undefined;
  const { ECRClient } = await import('@aws-sdk/client-ecr');
  const { createEcrCredentials, createEcrKeeper } = await import('./ecr.ts');
  const ecr = new ECRClient({ region: place.region, maxAttempts: 5 });
  return { credentials: createEcrCredentials({ ecr, host, clock }), keeper: createEcrKeeper({ ecr, host }) };
}

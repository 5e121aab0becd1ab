import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { SyncError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from '../aws/service-errors.ts';
import type { OciCredential, OciCredentials } from './credentials.ts';
import { parseEcrHost } from './ecr-host.ts';
import type { RepositoryKeeper } from './keeper.ts';

/** A token is asked for anew when this much of its twelve hours is left. */
const RENEW_BEFORE_MS = 15 * 60 * 1000;

/** A registry has at most some thousands of repositories, and a repository of images. */
const MAX_PAGES = 1000;

/**
 * The registry's token from ECR's own API, for the one host that it is for. Throws AccessDenied,
 * ServiceUnavailable.
 */
export function createEcrCredentials(options: {
  readonly ecr: ECRClient;
  readonly host: string;
  readonly clock: Clock;
}): OciCredentials {
  const { ecr, host, clock } = options;
  let cached: { readonly credential: OciCredential; readonly until: number } | undefined;
  return {
    description: "ECR's GetAuthorizationToken",
    read: async (wish) => {
      if (wish.host !== host) return undefined;
      const now = clock.now().getTime();
      if (!wish.fresh && cached !== undefined && now < cached.until) return cached.credential;
      const what = 'Getting a token for the registry from ECR';
      const { authorizationData } = await asking(what, () => ecr.send(new GetAuthorizationTokenCommand({})));
      const { authorizationToken = '', expiresAt } = authorizationData?.[0] ?? {};
      const [, username, password] =
        /^([^:]+):(.+)$/s.exec(Buffer.from(authorizationToken, 'base64').toString()) ?? [];
      if (username === undefined || password === undefined) {
        throw new SyncError('DestinationResponseInvalid', `${what}: the answer holds no token.`);
      }
      const credential = { kind: 'basic', username, password } as const;
      cached = { credential, until: (expiresAt?.getTime() ?? now) - RENEW_BEFORE_MS };
      return credential;
    },
  };
}

/** What ECR does by its own API alone: repositories are made, listed and emptied there. */
export function createEcrKeeper(options: {
  readonly ecr: ECRClient;
  readonly host: string;
}): RepositoryKeeper {
  const { ecr, host } = options;
  const registryId = parseEcrHost(host)?.accountId;
  return {
    createRepository: async (repositoryName) => {
      const what = `Creating the repository ${repositoryName} in ECR`;
      await asking(
        what,
        () =>
          ecr.send(
            new CreateRepositoryCommand({ registryId, repositoryName, imageTagMutability: 'MUTABLE' }),
          ),
        'RepositoryAlreadyExistsException',
      );
    },
    listRepositories: async () =>
      await pagesOf('Listing the repositories of ECR', async (nextToken) => {
        const page = await ecr.send(
          new DescribeRepositoriesCommand({ registryId, nextToken, maxResults: 1000 }),
        );
        const names = (page.repositories ?? []).flatMap(({ repositoryName }) => repositoryName ?? []);
        return { items: names, nextToken: page.nextToken };
      }),
    pushedAt: async (repositoryName) => {
      const images = await pagesOf(`Listing the images of ${repositoryName} in ECR`, async (nextToken) => {
        const filter = { tagStatus: 'TAGGED' } as const;
        const input = { registryId, repositoryName, filter, nextToken, maxResults: 1000 };
        const page = await ecr.send(new DescribeImagesCommand(input));
        return { items: page.imageDetails ?? [], nextToken: page.nextToken };
      });
      const times = images.flatMap(({ imageTags = [], imagePushedAt }) =>
        imagePushedAt === undefined ? [] : imageTags.map((tag) => [tag, imagePushedAt] as const),
      );
      return new Map(times);
    },
    deleteImage: async (repositoryName, image) => {
      const imageIds = ['tag' in image ? { imageTag: image.tag } : { imageDigest: image.digest }];
      const what = `Deleting an image of ${repositoryName} in ECR`;
      const answer = await asking(
        what,
        () => ecr.send(new BatchDeleteImageCommand({ registryId, repositoryName, imageIds })),
        'RepositoryNotFoundException',
      );
      const [failure] = answer?.failures ?? [];
      if (answer === undefined || failure?.failureCode === 'ImageNotFound') return 'gone';
      if (failure?.failureCode === 'ImageReferencedByManifestList') return 'refused';
      if (failure === undefined) return 'deleted';
      throw new SyncError('DestinationRejected', `${what} was refused (${failure.failureCode}).`);
    },
  };
}

async function pagesOf<T>(
  what: string,
  read: (nextToken: string | undefined) => Promise<{ items: readonly T[]; nextToken: string | undefined }>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await asking(what, () => read(nextToken));
    items.push(...answer.items);
    nextToken = answer.nextToken;
    if (!nextToken) return items;
  }
  throw new SyncError('ListingIncomplete', `${what}: its pages do not end.`);
}

/** `fine` names the one failure that is none: it gives undefined. */
async function asking<T>(what: string, call: () => Promise<T>): Promise<T>;
async function asking<T>(what: string, call: () => Promise<T>, fine: string): Promise<T | undefined>;
async function asking<T>(what: string, call: () => Promise<T>, fine?: string): Promise<T | undefined> {
  try {
    return await call();
  } catch (cause) {
    const error = serviceErrorOf(cause);
    if (error.name === fine) return undefined;
    if (isUnanswered(error)) throw serviceUnavailable(what, cause);
    if (error.name === 'RepositoryNotFoundException') {
      throw new SyncError('DestinationNotFound', `${what}: there is no such repository.`, { cause });
    }
    if (
      error.status === 400 &&
      !/AccessDenied|UnrecognizedClient|ExpiredToken|InvalidSignature/.test(error.name)
    ) {
      throw new SyncError('DestinationRejected', `${what} was refused (${error.name}).`, { cause });
    }
    throw new SyncError(
      'AccessDenied',
      `${what} was refused (${error.name}). Check the role's rights to ECR and its region.`,
      { cause },
    );
  }
}

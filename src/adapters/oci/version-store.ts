import pLimit from 'p-limit';
import {
  addressOfRepository,
  type RepositoryTemplate,
  repositoryOf,
} from '../../domain/delivery/repository-template.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import type { HeldProvider, ListedVersion } from '../../domain/retention/listed.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { deleteTag } from './deletion.ts';
import { readHeldVersion } from './holdings.ts';
import type { RepositoryKeeper } from './keeper.ts';
import { listCatalog, listTags } from './listing.ts';
import type { Registry, Repository } from './registry.ts';
import { isEvidence, isPackage, readIndex } from './stored.ts';
import { tagOf, versionOfTag } from './tags.ts';

const INDEXES_AT_ONCE = 4;

/** The registry as cleanup sees it. Only tags that are exact versions are listed; all else is somebody else's. */
export function createOciVersionStore(options: {
  readonly name: string;
  readonly template: RepositoryTemplate;
  readonly registry: Registry;
  readonly keeper: RepositoryKeeper | undefined;
  readonly knownProviders: readonly ProviderAddress[];
}): VersionStore & { readonly kind: 'oci-mirror' } {
  const { name, template, registry, keeper, knownProviders } = options;
  const repositoryFor = (provider: HeldProvider): Repository => {
    const repository = provider.address && repositoryOf(template, provider.address);
    if (repository !== undefined) return { registry, name: repository };
    throw new SyncError('DestinationNotFound', `${registry.host} holds no provider ${provider.name}.`);
  };
  const eachVersion = async <T>(
    repository: Repository,
    read: (repository: Repository, tag: string, pushedAt: Date | undefined) => Promise<T>,
  ): Promise<readonly T[]> => {
    const tags = await listTags(repository);
    if (tags === undefined) {
      throw new SyncError('DestinationNotFound', `${registry.host} has no repository ${repository.name}.`);
    }
    const pushedAt = await keeper?.pushedAt(repository.name);
    const limit = pLimit(INDEXES_AT_ONCE);
    const versions = tags.filter((tag) => versionOfTag(tag) !== undefined);
    return await Promise.all(versions.map((tag) => limit(() => read(repository, tag, pushedAt?.get(tag)))));
  };
  return {
    name,
    kind: 'oci-mirror',
    description: `the OCI mirror ${template.text}`,
    listProviders: async () => {
      const listed = keeper ? await keeper.listRepositories() : await listCatalog(registry);
      if (listed !== undefined) {
        return listed
          .flatMap((repository) => addressOfRepository(template, repository) ?? [])
          .map(heldProvider);
      }
      return await listKnown(registry, template, knownProviders);
    },
    listVersions: (provider) => eachVersion(repositoryFor(provider), listedVersion),
    holdings: (provider) => eachVersion(repositoryFor(provider), readHeldVersion),
    deleteVersion: async (provider, versionText) => {
      const version = parseVersion(versionText);
      if (version === undefined) return 'gone';
      return await deleteTag(repositoryFor(provider), tagOf(version), keeper);
    },
  };
}

/** A repository without tags holds nothing: registries go on listing it after the last deletion. */
async function listKnown(
  registry: Registry,
  template: RepositoryTemplate,
  known: readonly ProviderAddress[],
): Promise<readonly HeldProvider[]> {
  if (known.length === 0) {
    throw new SyncError(
      'ListingIncomplete',
      `${registry.host} does not list its repositories, so it cannot be told which providers it holds. ` +
        'Name the providers in the config.',
    );
  }
  const held: HeldProvider[] = [];
  for (const address of known) {
    const name = repositoryOf(template, address);
    const tags = name === undefined ? undefined : await listTags({ registry, name });
    if (tags !== undefined && tags.length > 0) held.push(heldProvider(address));
  }
  return held;
}

function heldProvider(address: ProviderAddress): HeldProvider {
  return { name: formatAddress(address), type: address.type, address, own: true };
}

async function listedVersion(
  repository: Repository,
  tag: string,
  createdAt: Date | undefined,
): Promise<ListedVersion> {
  const index = await readIndex(repository, tag, `${repository.name}:${tag}`);
  const entries = index.state === 'index' ? index.entries : [];
  const proved = entries.some(isEvidence);
  return {
    text: tag.replace('_', '+'),
    createdAt,
    shasumsUploaded: proved,
    shasumsSignatureUploaded: proved,
    platformCount: entries.filter(({ descriptor }) => isPackage(descriptor)).length,
  };
}

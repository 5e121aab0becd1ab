import type { ArtifactFile } from '../../domain/artifact/artifact.ts';
import type { RepositoryTemplate } from '../../domain/delivery/repository-template.ts';
import { repositoryOf } from '../../domain/delivery/repository-template.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { ByteSource } from '../../ports/bytes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Destination } from '../../ports/destination.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { httpByteSource } from '../http/byte-source.ts';
import type { HttpClient } from '../http/contract.ts';
import { createAuthorization } from './authorization.ts';
import { headBlob, pulling } from './contents.ts';
import type { OciCredentials } from './credentials.ts';
import { createOciDelivery } from './delivery.ts';
import { type HeldPackage, judge, type OciPlan } from './judge.ts';
import type { RepositoryKeeper } from './keeper.ts';
import { createRegistry, type Registry, type Repository } from './registry.ts';
import { readEvidence, readIndex, readPackage } from './stored.ts';
import { tagOf } from './tags.ts';
import { createOciVersionStore } from './version-store.ts';

export interface OciMirrorOptions {
  /** The config's name for it. */
  readonly name: string;
  readonly template: RepositoryTemplate;
  /** Of the side `destination`. */
  readonly http: HttpClient;
  readonly credentials: OciCredentials;
  readonly clock: Clock;
  /** What a registry does beside the distribution API: `createEcrKeeper`. */
  readonly keeper?: RepositoryKeeper | undefined;
  /** Whether a missing repository may be made, where `keeper` can. Other registries make them by themselves. */
  readonly createRepositories?: boolean;
  /** The providers that the config names: what cleanup lists where a registry has no catalog. */
  readonly knownProviders?: readonly ProviderAddress[];
}

/**
 * An OCI registry that OpenTofu (1.10 and later) installs providers from by its `oci_mirror`: one repository a
 * provider, one tag a version, one manifest a platform whose only layer is the zip as it was signed.
 */
export function createOciMirror(
  options: OciMirrorOptions,
): Destination<VerifiedRelease, OciPlan> & VersionStore {
  const { name, template, http, credentials, clock, keeper } = options;
  const { host } = template;
  const registry = createRegistry({
    http,
    host,
    origin: originOf(template),
    authorization: createAuthorization({ http, host, credentials, clock }),
    createRepository:
      options.createRepositories && keeper ? (made) => keeper.createRepository(made) : undefined,
  });
  const inspect = async (release: VerifiedRelease): Promise<OciPlan> =>
    await inspectRelease(requireRepository(template, registry, release.address), release, clock.now());
  return {
    ...createOciVersionStore({
      name,
      template,
      registry,
      keeper,
      knownProviders: options.knownProviders ?? [],
    }),
    inspect,
    begin: async (release, plan) =>
      createOciDelivery({
        repository: requireRepository(template, registry, release.address),
        release,
        plan,
        inspect: () => inspect(release),
      }),
    storedFile: (release, file) =>
      storedPackage(requireRepository(template, registry, release.address), release, file),
  };
}

/** Docker Hub's API is not where its name says. */
function originOf({ host, plainHttp }: RepositoryTemplate): string {
  if (plainHttp) return `http://${host}`;
  return host === 'docker.io' ? 'https://registry-1.docker.io' : `https://${host}`;
}

function requireRepository(
  template: RepositoryTemplate,
  registry: Registry,
  address: ProviderAddress,
): Repository {
  const name = repositoryOf(template, address);
  if (name !== undefined) return { registry, name };
  throw new SyncError(
    'ConfigInvalid',
    `${formatAddress(address)} makes no repository's name with the template ${template.text}: a host with a port ` +
      'cannot stand in one, nor can it be longer than 255 characters. Leave this destination out for it.',
  );
}

async function inspectRelease(repository: Repository, release: VerifiedRelease, now: Date): Promise<OciPlan> {
  const tag = tagOf(release.version);
  const index = await readIndex(repository, tag, release.id);
  const entries = index.state === 'index' ? index.entries : [];
  const packages = await Promise.all(
    release.files.map(async (pkg): Promise<HeldPackage> => {
      const subject = `${release.id}, ${pkg.filename}`;
      const stored = await readPackage(repository, entries, pkg.platform, subject);
      const digest = `sha256:${pkg.sha256}`;
      const known = stored.state === 'named' && stored.digest === digest && stored.blob;
      const blob = known || (await headBlob(repository, digest, `the package of ${subject}`)) !== undefined;
      return { pkg, stored, blob };
    }),
  );
  const evidence = await readEvidence(repository, entries, release.id, now);
  return judge(release, { tag, index, evidence, packages });
}

/** The bytes behind the tag, whatever their digest: what a client would be given. */
function storedPackage(repository: Repository, release: VerifiedRelease, file: ArtifactFile): ByteSource {
  const { registry, name } = repository;
  const target = `package ${file.filename} of ${release.id} in the OCI mirror`;
  const missing = (): SyncError => new SyncError('DestinationNotFound', `${target} is not there.`);
  const pkg = release.files.find((each): each is ReleasePackage => each.filename === file.filename);
  let url: URL | undefined;
  return httpByteSource({
    http: registry.http,
    name: target,
    url: async () => {
      const index = await readIndex(repository, tagOf(release.version), release.id);
      const entries = index.state === 'index' ? index.entries : [];
      if (pkg === undefined) throw missing();
      const stored = await readPackage(repository, entries, pkg.platform, target);
      if (stored.state !== 'named') throw missing();
      url = registry.urlOf(`${name}/blobs/${stored.digest}`);
      return url.href;
    },
    headers: async () => (url === undefined ? {} : await registry.headersFor(url, pulling(repository))),
    onStatus: (status) =>
      status === 404
        ? missing()
        : new SyncError(
            'DestinationResponseInvalid',
            `${target}: ${registry.host} answered ${status} to its GET.`,
          ),
  });
}

import type { OciMirrorOptions } from '../../../src/adapters/oci/oci-mirror.ts';
import type { VerifiedProvider } from '../../../src/ports/destination.ts';
import { deliver } from '../../contract/destination-releases.ts';
import { testHttpClient } from '../http-client.ts';
import { mirrorAt } from './mirror-subject.ts';
import {
  digestOf,
  type StandInOptions,
  type StandInRegistry,
  startStandInRegistry,
} from './stand-in-registry.ts';

export const REPOSITORY = 'tofu/registry.terraform.io/acme/anvil';

/** A stand-in registry with releases delivered to it, and its mirror. */
export async function filledMirror(
  releases: readonly VerifiedProvider[],
  registryOptions: StandInOptions = {},
  options: Partial<OciMirrorOptions> = {},
) {
  const registry = await startStandInRegistry(registryOptions);
  const http = testHttpClient('destination');
  const mirror = mirrorAt(registry.host, http, options);
  for (const release of releases) await deliver(mirror, release);
  return {
    registry,
    mirror,
    held: () => heldIn(registry),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await registry[Symbol.asyncDispose]();
    },
  };
}

interface IndexDocument {
  readonly manifests: readonly {
    readonly digest: string;
    readonly size: number;
    readonly artifactType?: string;
    readonly platform?: Readonly<Record<string, string>>;
  }[];
}

/** The one repository, for a test to look into and to spoil behind the registry's back. */
function heldIn(registry: StandInRegistry) {
  const repository = registry.repositories.get(REPOSITORY);
  if (repository === undefined) throw new Error('The repository is not there.');
  const put = (type: string, document: object): string => {
    const bytes = Buffer.from(JSON.stringify(document));
    repository.manifests.set(digestOf(bytes), { type, bytes });
    return digestOf(bytes);
  };
  const documentOf = (digest: string) =>
    JSON.parse(repository.manifests.get(digest)?.bytes.toString() ?? '{}') as Record<string, unknown>;
  const indexOf = (tag: string) => documentOf(repository.tags.get(tag) ?? '') as unknown as IndexDocument;
  return {
    ...repository,
    put,
    documentOf,
    indexOf,
    /** The descriptor of a platform, by its operating system, or of the evidence. */
    entryOf: (tag: string, os: string) => {
      const found = indexOf(tag).manifests.find(({ platform }) => (platform?.['os'] ?? 'evidence') === os);
      if (found === undefined) throw new Error(`No ${os} under ${tag}.`);
      return found;
    },
    /** Puts another index under the tag, with every line changed as `change` says. */
    changeIndex: (tag: string, change: (index: IndexDocument) => object) => {
      repository.tags.set(tag, put('application/vnd.oci.image.index.v1+json', change(indexOf(tag))));
    },
    layersOf: (digest: string) => documentOf(digest)['layers'] as readonly { digest: string }[],
  };
}

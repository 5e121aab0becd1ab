import { parseVersion, sameVersion, type Version } from '../../domain/provider/version.ts';
import { type Api, answerInvalid } from './api.ts';
import { readAllPages } from './listing.ts';
import type { KnownProviders } from './providers.ts';
import { destinationNotFound, type Found, hasProvider, paths, providerName, readOne } from './resources.ts';
import { type VersionDocument, versionAnswer, versionPage } from './schema.ts';

/** What the registry has of a version, level by level. */
type VersionSearch =
  | { readonly state: 'found'; readonly version: Found<VersionDocument> }
  | { readonly state: 'version-absent' }
  | { readonly state: 'provider-absent' };

/** Finds versions by their meaning: a registry may hold 1.0.0 as "1.0". */
export interface VersionFinder {
  /** Asks anew each time, for the provider as well. */
  search(type: string, version: Version): Promise<VersionSearch>;
  /**
   * As `search`, with the provider's existence taken from what is known. The version itself is asked for anew,
   * unless there is no provider that could have it.
   */
  lookUp(type: string, version: Version): Promise<VersionSearch>;
  /** As `search`. Throws DestinationNotFound when the version is not there. */
  require(type: string, version: Version): Promise<Found<VersionDocument>>;
  /** The text the registry knows the version by, for paths; asks once and keeps it. Throws DestinationNotFound. */
  text(type: string, version: Version): Promise<string>;
  /** Keeps the text of a version just created. One that means another version is not kept. */
  remember(type: string, version: Version, text: string): void;
}

export function createVersionFinder(api: Api, providers: KnownProviders): VersionFinder {
  const texts = new Map<string, string>();
  const find = async (
    type: string,
    version: Version,
    without: () => Promise<Found<VersionDocument> | 'provider-absent' | undefined>,
  ): Promise<VersionSearch> => {
    const key = `${type} ${version.canonical}`;
    const found = (await readVersion(api, type, texts.get(key) ?? version.canonical)) ?? (await without());
    if (found === 'provider-absent') return { state: found };
    if (found === undefined) {
      texts.delete(key);
      return { state: 'version-absent' };
    }
    texts.set(key, found.data.text);
    return { state: 'found', version: found };
  };
  const search = (type: string, version: Version) =>
    find(type, version, () => findByListing(api, type, version));
  const require = async (type: string, version: Version): Promise<Found<VersionDocument>> => {
    const found = await search(type, version);
    if (found.state === 'found') return found.version;
    if (found.state === 'provider-absent') throw destinationNotFound(providerName(api, type));
    throw destinationNotFound(versionName(api, type, version.text));
  };
  return {
    search,
    lookUp: async (type, version) => {
      const listed = await providers.has(type);
      if (listed === false) return { state: 'provider-absent' };
      // A 404 below a listed provider is no lack of rights: "All members of an organization can view and use both
      // public and private providers". Were it one, the creation that follows would be denied as well.
      if (listed && !mayBeShorter(version)) return await find(type, version, async () => undefined);
      return await search(type, version);
    },
    require,
    text: async (type, version) =>
      texts.get(`${type} ${version.canonical}`) ?? (await require(type, version)).data.text,
    remember: (type, version, text) => {
      if (means(text, version)) texts.set(`${type} ${version.canonical}`, text);
    },
  };
}

/** What a version is called in messages. */
export function versionName(api: Api, type: string, text: string): string {
  return `version ${text} of ${providerName(api, type)}`;
}

/** Undefined on 404, whatever that means. */
export async function readVersion(
  api: Api,
  type: string,
  text: string,
): Promise<Found<VersionDocument> | undefined> {
  const target = versionName(api, type, text);
  return await readOne(api, paths.version(api, type, text), target, versionAnswer);
}

/** Every version; undefined when the provider is absent. */
export async function readVersions(api: Api, type: string): Promise<readonly VersionDocument[] | undefined> {
  const target = `the versions of ${providerName(api, type)}`;
  const found = await readAllPages(api, paths.versions(api, type), target, versionPage);
  if (found) return found;
  if (await hasProvider(api, type)) throw destinationNotFound(target);
  return undefined;
}

async function findByListing(
  api: Api,
  type: string,
  version: Version,
): Promise<Found<VersionDocument> | 'provider-absent' | undefined> {
  const listed = await readVersions(api, type);
  if (!listed) return 'provider-absent';
  const match = listed.find(({ text }) => means(text, version));
  if (!match) return undefined;
  const found = await readVersion(api, type, match.text);
  if (found) return found;
  throw answerInvalid(versionName(api, type, match.text), 'it is listed, but reading it answers 404');
}

function means(text: string, version: Version): boolean {
  const parsed = parseVersion(text);
  return parsed !== undefined && sameVersion(parsed, version);
}

/**
 * Whether a registry may write the version with fewer numbers: "1.0" or "1" for 1.0.0, "1.2-beta1" for 1.2.0-beta1.
 * Other spellings ("01.2.3") are left out: the API takes semantic versions, which have no zeros in front.
 */
function mayBeShorter({ patch }: Version): boolean {
  return patch === 0;
}

import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { Api } from './api.ts';
import { readAllPages } from './listing.ts';
import { destinationNotFound, type Found, paths, readOne } from './resources.ts';
import { type PlatformDocument, platformAnswer, platformPage } from './schema.ts';
import { type VersionFinder, versionName } from './versions.ts';

/** What a platform of a version is called in messages. */
export function platformName(api: Api, type: string, version: Version, platform: Platform): string {
  return `${formatPlatform(platform)} in ${versionName(api, type, version.text)}`;
}

/** Undefined when the version is there and the platform is not. Throws DestinationNotFound without the version. */
export async function readPlatform(
  api: Api,
  versions: VersionFinder,
  type: string,
  version: Version,
  platform: Platform,
): Promise<Found<PlatformDocument> | undefined> {
  const text = await versions.text(type, version);
  const path = paths.platform(api, type, text, platform);
  const target = platformName(api, type, version, platform);
  const found = await readOne(api, path, target, platformAnswer);
  if (!found) await versions.require(type, version);
  return found;
}

/** Every platform of a version that was found as `text`. */
export async function readPlatforms(
  api: Api,
  type: string,
  text: string,
): Promise<readonly PlatformDocument[]> {
  const target = `the platforms of ${versionName(api, type, text)}`;
  const found = await readAllPages(api, paths.platforms(api, type, text), target, platformPage);
  if (!found) throw destinationNotFound(target);
  return found;
}

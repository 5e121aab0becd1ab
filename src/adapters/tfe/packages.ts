import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { ByteSink, ByteSource } from '../../ports/bytes.ts';
import { httpByteSink } from '../http/byte-sink.ts';
import { httpByteSource } from '../http/byte-source.ts';
import { type Api, answerInvalid } from './api.ts';
import { downloadLink, type StoredFile, uploadLink } from './files.ts';
import { platformName, readPlatform } from './platforms.ts';
import { destinationNotFound } from './resources.ts';
import type { VersionFinder } from './versions.ts';

/** Uploads one package by a link read right before, because links expire; one that is there is not sent again. */
export function packageSink(
  api: Api,
  versions: VersionFinder,
  type: string,
  version: Version,
  platform: Platform,
): ByteSink {
  const name = packageName(type, version, platform);
  return {
    name,
    send: async (body, size) => {
      const stored = await readPackage(api, versions, type, version, platform);
      if (stored.file.uploaded) return await readToEnd(body);
      const link = uploadLink(stored, platformName(api, type, version, platform));
      await httpByteSink({ http: api.http, name, link: async () => link }).send(body, size);
    },
  };
}

/** The stored package, read by its download link. */
export function storedPackage(
  api: Api,
  versions: VersionFinder,
  type: string,
  version: Version,
  platform: Platform,
): ByteSource {
  const name = packageName(type, version, platform);
  return httpByteSource({
    http: api.http,
    name,
    url: async () => {
      const stored = await readPackage(api, versions, type, version, platform);
      if (!stored.file.uploaded) throw destinationNotFound(`the package ${name}`);
      return downloadLink(stored, name);
    },
    onStatus: (status) =>
      answerInvalid(name, `it is said to be uploaded, but its storage answered ${status}`),
  });
}

function packageName(type: string, version: Version, platform: Platform): string {
  return `${type} ${version.text} ${formatPlatform(platform)}`;
}

async function readPackage(
  api: Api,
  versions: VersionFinder,
  type: string,
  version: Version,
  platform: Platform,
): Promise<StoredFile> {
  const found = await readPlatform(api, versions, type, version, platform);
  if (!found) throw destinationNotFound(platformName(api, type, version, platform));
  return { file: found.data.package, url: found.url };
}

/** The sender verifies what it sends as it is read, so that it is read although it is not needed. */
async function readToEnd(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body);
}

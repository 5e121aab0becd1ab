import { isSyncError, SyncError } from '../../domain/errors.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { ByteSink, ByteSource } from '../../ports/bytes.ts';
import { httpByteSink } from '../http/byte-sink.ts';
import { httpByteSource } from '../http/byte-source.ts';
import { type Api, answerInvalid } from './api.ts';
import { downloadLink, type StoredFile, uploadLink } from './files.ts';
import { platformName, readPlatform } from './platforms.ts';
import { destinationNotFound } from './resources.ts';
import type { UploadLinks } from './upload-links.ts';
import type { VersionFinder } from './versions.ts';

/**
 * Uploads one package: the first time to the link that came with the creation of its platform, if there is one,
 * and then to one read right before. A package that is there is not sent again.
 */
export function packageSink(
  api: Api,
  versions: VersionFinder,
  links: UploadLinks,
  type: string,
  version: Version,
  platform: Platform,
): ByteSink {
  const name = packageName(type, version, platform);
  return {
    name,
    send: async (body, size) => {
      const read = () => readPackage(api, versions, type, version, platform);
      const created = links.take(type, version, formatPlatform(platform));
      const stored = created ?? (await read());
      if (stored.file.uploaded) return await readToEnd(body);
      const link = uploadLink(stored, platformName(api, type, version, platform));
      const sink = httpByteSink({ http: api.http, name, link: async () => link });
      await sink.send(body, size).catch(async (error: unknown) => {
        if (!isRejection(error)) throw error;
        throw created || (await read()).file.uploaded ? worthAnotherSend(error) : error;
      });
    },
  };
}

function isRejection(error: unknown): error is SyncError {
  return isSyncError(error) && error.code === 'DestinationRejected';
}

/** A link is refused when it expired or another run's package came first: the next send finds out which. */
function worthAnotherSend(error: SyncError): SyncError {
  return new SyncError('DestinationUnavailable', error.message, { cause: error });
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

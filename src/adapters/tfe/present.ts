import { isSyncError } from '../../domain/errors.ts';
import { parseShasums } from '../../domain/integrity/shasums.ts';
import { parseVersion, sameVersion, type Version } from '../../domain/provider/version.ts';
import { oneLine } from '../http/read-document.ts';
import { type Api, answerInvalid } from './api.ts';
import { downloadStoredFile } from './files.ts';
import type {
  PresentPlatform,
  PresentProvider,
  PresentShasums,
  PresentSignature,
  PresentVersion,
} from './plan/present.ts';
import { readPlatforms } from './platforms.ts';
import type { Found } from './resources.ts';
import type { PlatformDocument, VersionDocument } from './schema.ts';
import { type VersionFinder, versionName } from './versions.ts';

/** Reads one version of a provider file by file, its SHA256SUMS and signature with their bytes. */
export async function readPresentProvider(
  api: Api,
  versions: VersionFinder,
  type: string,
  wanted: Version,
): Promise<PresentProvider> {
  const found = await versions.lookUp(type, wanted);
  if (found.state !== 'found') return { provider: found.state === 'version-absent', version: undefined };
  return { provider: true, version: await readPresentVersion(api, type, wanted, found.version) };
}

async function readPresentVersion(
  api: Api,
  type: string,
  wanted: Version,
  { data, url }: Found<VersionDocument>,
): Promise<PresentVersion> {
  const name = versionName(api, type, wanted.text);
  const version = parseVersion(data.text);
  if (!version || !sameVersion(version, wanted)) {
    throw answerInvalid(name, `the answer is about version ${oneLine(data.text)}`);
  }
  const [platforms, shasums, signature] = await Promise.all([
    readPresentPlatforms(api, type, data.text),
    readShasums(api, { data, url }, `SHA256SUMS of ${name}`),
    readSignature(api, { data, url }, `signature of SHA256SUMS of ${name}`),
  ]);
  const { keyId, protocols } = data;
  return { version, keyId, protocols, shasums, signature, platforms };
}

async function readShasums(
  api: Api,
  { data, url }: Found<VersionDocument>,
  target: string,
): Promise<PresentShasums> {
  if (!data.shasums.uploaded) return { state: 'missing' };
  const bytes = await downloadStoredFile(api, { file: data.shasums, url }, target);
  try {
    return { state: 'uploaded', bytes, shasums: parseShasums(bytes) };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    throw answerInvalid(target, `what is stored is broken (${error.message})`);
  }
}

async function readSignature(
  api: Api,
  { data, url }: Found<VersionDocument>,
  target: string,
): Promise<PresentSignature> {
  if (!data.signature.uploaded) return { state: 'missing' };
  return { state: 'uploaded', bytes: await downloadStoredFile(api, { file: data.signature, url }, target) };
}

/** The platforms of a version that was found as `text`. */
export async function readPresentPlatforms(
  api: Api,
  type: string,
  text: string,
): Promise<readonly PresentPlatform[]> {
  return (await readPlatforms(api, type, text)).map(presentPlatform);
}

function presentPlatform({ platform, filename, shasum, package: file }: PlatformDocument): PresentPlatform {
  return { platform, filename, shasum, uploaded: file.uploaded === true };
}

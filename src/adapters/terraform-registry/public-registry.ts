import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import type { AvailableVersion, RegistryPackage } from '../../domain/provider/release.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import { httpByteSource } from '../http/byte-source.ts';
import type { HttpClient } from '../http/contract.ts';
import { oneLine } from '../http/read-document.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { errorOfStatus, invalid, readDocument, readJson, requireLink } from './documents.ts';
import { packageSchema, publishedAtSchema } from './schema.ts';
import { readVersions } from './versions-document.ts';

/**
 * hashicorp/aws lists 500 versions in 600 KiB; these caps only end what is no such document. At the bounds of the
 * versions a process stays below 200 MiB, and a function has 256 MB.
 */
const MAX_VERSIONS_BYTES = 16 * 1024 * 1024;
const MAX_PACKAGE_DOCUMENT_BYTES = 1024 * 1024;
const MAX_SHASUMS_BYTES = 1024 * 1024;
const MAX_SIGNATURE_BYTES = 64 * 1024;

export interface PublicRegistryOptions {
  readonly http: HttpClient;
  /** Base URL by hostname: where to ask instead of at `https://HOSTNAME/`. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/**
 * Any registry that speaks Terraform's provider registry protocol
 * (https://developer.hashicorp.com/terraform/internals/provider-registry-protocol).
 */
export function createPublicRegistry({ http, addresses = {} }: PublicRegistryOptions): PublicRegistry {
  const discovery = createDiscovery(http, addresses);
  return {
    listVersions: (address) => listVersions(http, discovery, address),
    readPackage: (address, version, platform) => readPackage(http, discovery, address, version, platform),
    readShasums: (pkg) => readShasums(http, pkg),
    packageSource: (pkg) => packageSource(http, pkg),
    publishedAt: (address, version) => publishedAt(http, discovery, address, version),
  };
}

async function listVersions(
  http: HttpClient,
  discovery: Discovery,
  address: ProviderAddress,
): Promise<readonly AvailableVersion[]> {
  const url = endpoint(await discovery(address.hostname), [address.namespace, address.type, 'versions']);
  const notFound = () =>
    new SyncError(
      'ProviderNotFound',
      `${address.hostname} has no provider ${address.namespace}/${address.type}. ` +
        'Check "namespace" and "provider" in the configuration.',
    );
  const target = `the versions of ${formatAddress(address)}`;
  const wanted = { url, target, maxBytes: MAX_VERSIONS_BYTES, accept: 'application/json', notFound };
  return readVersions(await readDocument(http, wanted));
}

async function readPackage(
  http: HttpClient,
  discovery: Discovery,
  address: ProviderAddress,
  version: Version,
  platform: Platform,
): Promise<RegistryPackage> {
  const { namespace, type } = address;
  const path = [namespace, type, version.text, 'download', platform.os, platform.arch];
  const url = endpoint(await discovery(address.hostname), path);
  const name = `${formatAddress(address)} ${version.text}`;
  const target = `the package ${name} ${formatPlatform(platform)}`;
  const notFound = () =>
    new SyncError('PlatformNotFound', `${name} has no package for ${formatPlatform(platform)}.`);
  const document = await readJson(
    http,
    { url, target, maxBytes: MAX_PACKAGE_DOCUMENT_BYTES, notFound },
    packageSchema,
  );
  const { os = platform.os, arch = platform.arch, ...said } = document.data;
  if (os !== platform.os || arch !== platform.arch) {
    throw invalid(target, `it is about ${oneLine(`${os}_${arch}`)}`);
  }
  const place = { url: document.url, target };
  const link = (text: string, property: string) => requireLink(http, text, place, property).href;
  return {
    ...said,
    platform,
    downloadUrl: link(said.downloadUrl, 'download_url'),
    shasumsUrl: link(said.shasumsUrl, 'shasums_url'),
    shasumsSignatureUrl: link(said.shasumsSignatureUrl, 'shasums_signature_url'),
  };
}

/**
 * What `registry.terraform.io` tells beyond the protocol: `GET …/:namespace/:type/:version` with `published_at`. Other
 * registries have no such page, and what has none is no error.
 */
async function publishedAt(
  http: HttpClient,
  discovery: Discovery,
  address: ProviderAddress,
  version: Version,
): Promise<Date | undefined> {
  const target = `the date of ${formatAddress(address)} ${version.text}`;
  try {
    const path = [address.namespace, address.type, version.text];
    const url = endpoint(await discovery(address.hostname), path);
    const notFound = () => missingFile(target);
    const document = await readJson(
      http,
      { url, target, maxBytes: MAX_PACKAGE_DOCUMENT_BYTES, notFound },
      publishedAtSchema,
    );
    return document.data;
  } catch {
    return undefined;
  }
}

async function readShasums(
  http: HttpClient,
  pkg: RegistryPackage,
): Promise<{ readonly shasums: Uint8Array; readonly signature: Uint8Array }> {
  const read = async (url: string, file: string, maxBytes: number) => {
    const target = `${file} of ${displayName(pkg)}`;
    const notFound = () => missingFile(target);
    const accept = 'text/plain, application/octet-stream, */*';
    return (await readDocument(http, { url, target, maxBytes, accept, notFound })).bytes;
  };
  const [shasums, signature] = await Promise.all([
    read(pkg.shasumsUrl, 'SHA256SUMS', MAX_SHASUMS_BYTES),
    read(pkg.shasumsSignatureUrl, 'the signature of SHA256SUMS', MAX_SIGNATURE_BYTES),
  ]);
  return { shasums, signature };
}

function packageSource(http: HttpClient, pkg: RegistryPackage) {
  const name = displayName(pkg);
  return httpByteSource({
    http,
    name,
    url: pkg.downloadUrl,
    onStatus: (status: number) => errorOfStatus(status, name, () => missingFile(name)),
  });
}

/** A registry's `filename` has been seen to hold a whole URL: only its last part is shown. */
function displayName({ filename, platform }: RegistryPackage): string {
  const last =
    filename
      .replace(/[?#].*$/s, '')
      .split('/')
      .at(-1) ?? '';
  return last === '' ? `the package for ${formatPlatform(platform)}` : oneLine(last);
}

function missingFile(target: string): SyncError {
  return new SyncError(
    'ReleaseFileMissing',
    `The registry lists ${target}, but its server does not have it (404). The publisher may have withdrawn ` +
      'the release; ask for another version.',
  );
}

function endpoint(base: URL, segments: readonly string[]): string {
  return new URL(segments.map(encodeURIComponent).join('/'), base).href;
}

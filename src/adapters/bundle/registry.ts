import type { BundledPackage, BundledVersion, BundleFile } from '../../domain/bundle/manifest.ts';
import { evidencePaths } from '../../domain/bundle/manifest.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress, sameAddress } from '../../domain/provider/address.ts';
import { formatPlatform, samePlatform } from '../../domain/provider/platform.ts';
import type { RegistryPackage } from '../../domain/provider/release.ts';
import type { ByteSource } from '../../ports/bytes.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { BundleContents } from './contents.ts';
import { collect } from './read-file.ts';

/** As for what a public registry sends. */
const MAX_SHASUMS_BYTES = 1024 * 1024;
const MAX_SIGNATURE_BYTES = 64 * 1024;
const MAX_KEY_BYTES = 1024 * 1024;

/** Links in a bundle: a name that no resolver ever knows (RFC 6761), so that none is taken for a place outside. */
const ROOT = 'https://bundle.invalid/';

/**
 * A bundle as a registry to sync from. It says of its releases what their own registry said; everything that is
 * proved of a registry's word is proved of it again.
 */
export function createBundleRegistry(contents: BundleContents): PublicRegistry {
  const { manifest, location } = contents;
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  const versionsOf = (address: ProviderAddress) =>
    manifest.versions.filter((each) => sameAddress(each.address, address));
  const fileAt = (url: string): BundleFile => {
    const file = url.startsWith(ROOT) ? files.get(url.slice(ROOT.length)) : undefined;
    if (file !== undefined) return file;
    throw new SyncError(
      'ReleaseFileMissing',
      `The bundle ${location} does not have ${url.replace(ROOT, '')}.`,
    );
  };
  const readAt = async (url: string, maxBytes: number) => {
    const file = fileAt(url);
    return await collect(contents.read(file), maxBytes, file.path, location);
  };
  return {
    async listVersions(address) {
      const found = versionsOf(address);
      if (found.length === 0) {
        throw new SyncError('ProviderNotFound', `The bundle ${location} has no ${formatAddress(address)}.`);
      }
      return found.map(({ version, protocols, packages }) => ({
        version,
        protocols,
        platforms: packages.map(({ platform }) => platform),
      }));
    },
    async readPackage(address, version, platform) {
      const release = versionsOf(address).find((each) => each.version.text === version.text);
      const pkg = release?.packages.find((each) => samePlatform(each.platform, platform));
      if (release === undefined || pkg === undefined) {
        const name = `${formatAddress(address)} ${version.text} for ${formatPlatform(platform)}`;
        throw new SyncError('PlatformNotFound', `The bundle ${location} has no ${name}.`);
      }
      const key = await readAt(ROOT + evidencePaths(release).signingKey, MAX_KEY_BYTES);
      return registryPackage(release, pkg, new TextDecoder().decode(key));
    },
    async readShasums({ shasumsUrl, shasumsSignatureUrl }) {
      const [shasums, signature] = await Promise.all([
        readAt(shasumsUrl, MAX_SHASUMS_BYTES),
        readAt(shasumsSignatureUrl, MAX_SIGNATURE_BYTES),
      ]);
      return { shasums, signature };
    },
    packageSource: ({ downloadUrl, filename }) => memberSource(contents, () => fileAt(downloadUrl), filename),
  };
}

function registryPackage(release: BundledVersion, pkg: BundledPackage, asciiArmor: string): RegistryPackage {
  const { shasums, signature } = evidencePaths(release);
  return {
    platform: pkg.platform,
    filename: pkg.filename,
    shasum: pkg.sha256,
    protocols: release.protocols,
    downloadUrl: ROOT + pkg.path,
    shasumsUrl: ROOT + shasums,
    shasumsSignatureUrl: ROOT + signature,
    signingKeys: [{ claimedKeyId: release.signedBy, asciiArmor, source: undefined }],
  };
}

function memberSource(contents: BundleContents, file: () => BundleFile, name: string): ByteSource {
  return {
    name,
    async open(resume) {
      const found = file();
      const etag = `"${found.sha256}"`;
      const offset = resume?.etag === etag ? resume.offset : 0;
      return { size: found.size, etag, offset, body: contents.read(found, offset) };
    },
  };
}

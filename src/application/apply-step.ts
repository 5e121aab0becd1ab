import { SyncError } from '../domain/errors.ts';
import { HASHICORP_KEY_ID } from '../domain/integrity/signing-key.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { formatPlatform } from '../domain/provider/platform.ts';
import type { ReleasePackage } from '../domain/provider/release.ts';
import type { UploadStep } from '../domain/publication/plan.ts';
import type { PreparedProvider } from './prepare-provider.ts';
import type { SyncOptions, SyncPorts } from './sync-ports.ts';
import { transferFile } from './transfer/transfer-file.ts';

/** Packages larger than this are taken for an endless answer. The largest providers are below 200 MB. */
const MAX_PACKAGE_BYTES = 4 * 1024 ** 3;

/** Takes one step of a plan, all but a package's upload. Throws the ports' errors. */
export async function applyStep(
  ports: SyncPorts,
  prepared: PreparedProvider,
  step: Exclude<UploadStep, { kind: 'upload-package' }>,
): Promise<void> {
  const { privateRegistry } = ports;
  const { entry, version, release } = prepared;
  const { type } = entry.address;
  switch (step.kind) {
    case 'add-signing-key':
      return await addSigningKey(ports, prepared, step);
    case 'create-provider':
      return await privateRegistry.createProvider(type);
    case 'create-version':
      return await createVersion(ports, prepared, step);
    case 'create-platform': {
      const { platform, filename, sha256: shasum } = step.package;
      return await privateRegistry.createPlatform(type, version, { platform, filename, shasum });
    }
    case 'upload-shasums':
      return await privateRegistry.uploadShasums(type, version, release.shasums);
    case 'upload-shasums-signature':
      return await privateRegistry.uploadShasumsSignature(type, version, release.shasumsSignature);
  }
}

async function addSigningKey(
  { signingKeys, reporter }: SyncPorts,
  { entry, version }: PreparedProvider,
  key: { readonly keyId: string; readonly asciiArmor: string },
): Promise<void> {
  if ((await signingKeys.add(key)) === 'present') return;
  const about = { address: formatAddress(entry.address), version: version.canonical };
  reporter.report({ kind: 'SigningKeyAdded', ...about, keyId: key.keyId });
}

/** HashiCorp's key is not planned to be added, but Terraform Enterprise has it built in only from v202309-1 on. */
async function createVersion(
  ports: SyncPorts,
  prepared: PreparedProvider,
  step: Extract<UploadStep, { kind: 'create-version' }>,
): Promise<void> {
  const create = () =>
    ports.privateRegistry.createVersion(prepared.entry.address.type, prepared.version, step);
  try {
    await create();
  } catch (error) {
    const mayLackKey = error instanceof SyncError && error.code === 'DestinationRejected';
    if (!mayLackKey || step.keyId !== HASHICORP_KEY_ID) throw error;
    await addSigningKey(ports, prepared, prepared.release.signingKey);
    await create();
  }
}

/** Streams one package across; returns its size in bytes. Throws what transferFile throws. */
export async function uploadPackage(
  ports: SyncPorts,
  { entry, version, sources }: PreparedProvider,
  pkg: ReleasePackage,
  options: Pick<SyncOptions, 'signal' | 'transfer'>,
): Promise<number> {
  const { reporter, publicRegistry, privateRegistry } = ports;
  const { platform, filename, sha256 } = pkg;
  const about = { address: formatAddress(entry.address), version: version.canonical, platform };
  const from = sources.get(formatPlatform(platform));
  if (from === undefined) throw new SyncError('InternalError', `No source for ${filename}`);
  reporter.report({ kind: 'PackageTransferStarted', ...about, filename });
  const { bytes } = await transferFile({
    source: publicRegistry.packageSource(from),
    sink: privateRegistry.packageSink(entry.address.type, version, platform),
    expected: sha256,
    maxBytes: MAX_PACKAGE_BYTES,
    ...options.transfer,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onProgress: (done, size) =>
      reporter.report({ kind: 'PackageTransferProgressed', ...about, bytes: done, size }),
    onRestart: (side, reason) =>
      reporter.report({ kind: 'PackageTransferRestarted', ...about, side, reason }),
  });
  reporter.report({ kind: 'PackageTransferFinished', ...about, bytes, sha256 });
  return bytes;
}

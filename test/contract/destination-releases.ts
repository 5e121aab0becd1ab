import { formatPlatform } from '../../src/domain/provider/platform.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { contentsOf } from '../../src/embedded/sample-registry/package-contents.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import type { Delivery, Destination, VerifiedProvider } from '../../src/ports/destination.ts';
import { viewLine } from '../support/client-lines.ts';
import { DARWIN, LINUX, WINDOWS } from '../support/sync-world.ts';
import { verifiedProviderOf } from '../support/verified-provider.ts';

/** What the contract delivers: one provider, signed by one publisher. */
export interface ContractReleases {
  /** 1.0.0 for linux_amd64 and darwin_arm64. */
  readonly first: VerifiedProvider;
  /** The same release with windows_amd64 beside them. */
  readonly wider: VerifiedProvider;
  /** The same release, linux_amd64 alone. */
  readonly linuxOnly: VerifiedProvider;
  readonly darwinOnly: VerifiedProvider;
  /** 1.1.0 of the same provider. */
  readonly second: VerifiedProvider;
  /** 1.0.0 once more, with other bytes and a signature that holds, as publishers should not do. */
  readonly recut: VerifiedProvider;
}

export async function contractReleases(): Promise<ContractReleases> {
  const key = await makeSigningKey({ name: 'Acme' });
  const base = { namespace: 'acme', type: 'anvil', platforms: [LINUX, DARWIN, WINDOWS], key };
  const [first, second, recut] = await Promise.all([
    makeSampleRelease({ ...base, version: '1.0.0' }),
    makeSampleRelease({ ...base, version: '1.1.0' }),
    makeSampleRelease({
      ...base,
      version: '1.0.0',
      contents: (platform) => contentsOf(Buffer.from(`cut again for ${formatPlatform(platform)}`)),
    }),
  ]);
  const narrow = { platforms: [LINUX, DARWIN] };
  return {
    first: await verifiedProviderOf(first, narrow),
    wider: await verifiedProviderOf(first),
    linuxOnly: await verifiedProviderOf(first, { platforms: [LINUX] }),
    darwinOnly: await verifiedProviderOf(first, { platforms: [DARWIN] }),
    second: await verifiedProviderOf(second, narrow),
    recut: await verifiedProviderOf(recut, narrow),
  };
}

export async function bytesOf(provider: VerifiedProvider, filename: string): Promise<Buffer> {
  const file = provider.files.find((each) => each.filename === filename);
  if (file === undefined) throw new Error(`${filename} is no file of ${provider.id}.`);
  const { body } = await file.source.open();
  return Buffer.concat(await Array.fromAsync(body));
}

/** What a client may see of a provider that is whole: "1.0.0 linux_amd64 SHA256" for every platform. */
export function viewOf(...providers: readonly VerifiedProvider[]): readonly string[] {
  const lines = providers.flatMap(({ version, files }) =>
    files.map(({ platform, sha256 }) => viewLine(version.canonical, platform, sha256)),
  );
  return [...new Set(lines)].toSorted();
}

export async function* piecesOf(bytes: Uint8Array, size = 100): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Sends one missing file whole. */
export async function sendFile(
  delivery: Delivery,
  provider: VerifiedProvider,
  filename: string,
): Promise<void> {
  const file = provider.files.find((each) => each.filename === filename);
  if (file === undefined) throw new Error(`${filename} is no file of ${provider.id}.`);
  const bytes = await bytesOf(provider, filename);
  await delivery.sinkFor(file).send(piecesOf(bytes), bytes.length);
}

/** A whole delivery, as the application makes it; nothing when there is nothing to do. Returns the plan's outcome. */
export async function deliver(
  destination: Destination,
  provider: VerifiedProvider,
): Promise<'up-to-date' | 'publish' | 'complete' | 'conflict'> {
  const plan = await destination.inspect(provider);
  if (plan.outcome === 'up-to-date' || plan.outcome === 'conflict') return plan.outcome;
  const delivery = await destination.begin(provider, plan, {});
  for (const filename of plan.missing) await sendFile(delivery, provider, filename);
  await delivery.commit();
  return plan.outcome;
}

import type { KeyObject } from 'node:crypto';
import type { OpenedBundle } from '../../ports/bundle.ts';
import { digestOf } from './bundled-versions.ts';
import { requireSignedBy } from './company-signature.ts';
import type { ReadThrough } from './contents.ts';
import { openBundle } from './open-bundle.ts';
import { createBundleRegistry } from './registry.ts';

export interface OpenForImport extends ReadThrough {
  /** The key that must have signed the manifest; undefined when no signature is asked for. */
  readonly verifyKey: KeyObject | undefined;
}

/** Opens a bundle as `openBundle` does, and throws BundleInvalid unless its manifest is signed by the given key. */
export async function openForImport(
  path: string,
  { verifyKey, ...reading }: OpenForImport,
): Promise<OpenedBundle> {
  const contents = await openBundle(path, reading);
  try {
    if (verifyKey !== undefined) requireSignedBy(verifyKey, contents);
    return {
      location: contents.location,
      manifest: contents.manifest,
      manifestSha256: digestOf(contents.manifestBytes),
      signatureVerified: verifyKey !== undefined,
      registry: createBundleRegistry(contents),
      [Symbol.asyncDispose]: () => contents[Symbol.asyncDispose](),
    };
  } catch (error) {
    await contents[Symbol.asyncDispose]();
    throw error;
  }
}

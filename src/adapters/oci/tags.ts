import { SyncError } from '../../domain/errors.ts';
import { parseVersion, type Version } from '../../domain/provider/version.ts';

/** A tag's form by the OCI distribution specification 1.1, "Pulling manifests". */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * A version's tag: exact, with the "+" that a tag may not have as "_", as OpenTofu reads it. A shorter form such as
 * "3.9" would break every client, which takes it for 3.9.0 and then asks for that tag.
 */
export function tagOf(version: Version): string {
  const tag = version.canonical.replace('+', '_');
  if (isTag(tag)) return tag;
  throw new SyncError(
    'DestinationRejected',
    `Version ${version.canonical} is longer than a tag in an OCI registry may be (128 characters).`,
  );
}

/** The version that a tag stands for; undefined for every tag that is none of ours, such as "latest" or "3.9". */
export function versionOfTag(tag: string): Version | undefined {
  if (!isTag(tag)) return undefined;
  const version = parseVersion(tag.replace('_', '+'));
  return version !== undefined && version.canonical.replace('+', '_') === tag ? version : undefined;
}

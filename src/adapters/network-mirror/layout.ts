import { formatAddress, type ProviderAddress, parseAddress } from '../../domain/provider/address.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';

/**
 * Where things lie in a network mirror. `HOST/NAMESPACE/TYPE/` holds what clients read (Terraform's "provider
 * network mirror protocol"): `index.json`, `VERSION.json` and the packages, under the names that a
 * `filesystem_mirror` finds them by. `VERSION.evidence/` holds what proves them; no client looks there.
 */
export interface VersionLayout {
  /** With the slash at the end. */
  readonly folder: string;
  readonly index: string;
  readonly document: string;
  /** The document's second key, for stores that read `+` as a blank; undefined for most versions. */
  readonly documentTwin: string | undefined;
  readonly shasums: string;
  readonly signature: string;
  readonly signingKey: string;
  readonly evidence: string;
}

const EVIDENCE = '.evidence';

export function providerFolder(address: ProviderAddress): string {
  return `${formatAddress(address)}/`;
}

/** `version` is canonical: clients ask for nothing else. */
export function layoutOf(address: ProviderAddress, version: string): VersionLayout {
  const folder = providerFolder(address);
  const evidence = `${folder}${version}${EVIDENCE}/`;
  return {
    folder,
    index: `${folder}index.json`,
    document: `${folder}${version}.json`,
    documentTwin: version.includes('+') ? `${folder}${version.replaceAll('+', ' ')}.json` : undefined,
    shasums: `${evidence}SHA256SUMS`,
    signature: `${evidence}SHA256SUMS.sig`,
    signingKey: `${evidence}signing-key.asc`,
    evidence: `${evidence}evidence.json`,
  };
}

/** The package's name in a mirror, whatever its publisher calls it: a `filesystem_mirror` knows no other. */
export function packageName({ type }: ProviderAddress, version: string, platform: Platform): string {
  return `terraform-provider-${type}_${version}_${formatPlatform(platform)}.zip`;
}

/** The name as a relative URL. A `+` is escaped, because some servers read it as a blank. */
export function packageUrl(name: string): string {
  return name.replaceAll('+', '%2B');
}

/** The file that an archive's URL names, when it is one beside the document; undefined for any other place. */
export function packageOfUrl(url: string): string | undefined {
  if (!/^[\w.%+-]+\.zip$/.test(url)) return undefined;
  try {
    const name = decodeURIComponent(url);
    return name.includes('/') || name.includes('\\') ? undefined : name;
  } catch {
    return undefined;
  }
}

/** What a file in a provider's folder belongs to. */
export type FolderEntry =
  | { readonly kind: 'index' }
  | { readonly kind: 'document' | 'evidence' | 'package'; readonly version: string }
  | { readonly kind: 'other' };

/** Reads the part of a key behind the provider's folder. */
export function entryOf({ type }: ProviderAddress, rest: string): FolderEntry {
  if (rest === 'index.json') return { kind: 'index' };
  const [first = '', ...more] = rest.split('/');
  if (more.length > 0) {
    const version = first.endsWith(EVIDENCE) ? first.slice(0, -EVIDENCE.length) : '';
    return version === '' ? { kind: 'other' } : { kind: 'evidence', version };
  }
  if (first.endsWith('.json')) {
    return { kind: 'document', version: first.slice(0, -'.json'.length).replaceAll(' ', '+') };
  }
  const prefix = `terraform-provider-${type}_`;
  const version = /^([^_]+)_[a-z0-9]+_[a-z0-9]+\.zip$/.exec(
    first.startsWith(prefix) ? first.slice(prefix.length) : '',
  )?.[1];
  return version === undefined ? { kind: 'other' } : { kind: 'package', version };
}

/** The provider whose folder a key lies in; undefined for keys of no provider. */
export function addressOfKey(key: string): ProviderAddress | undefined {
  const parts = key.split('/');
  if (parts.length < 4) return undefined;
  const text = parts.slice(0, 3).join('/');
  const address = parseAddress(text);
  return address !== undefined && formatAddress(address) === text ? address : undefined;
}

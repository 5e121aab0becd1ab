import type { DestinationSettings } from './settings.ts';

/** The page of a private provider's version in the registry's web interface. */
export function registryPage(
  { address, organization }: Pick<DestinationSettings, 'address' | 'organization'>,
  type: string,
  version: string | null,
): string {
  const parts = ['app', organization, 'registry', 'providers', 'private', organization, type];
  const path = [...parts, ...(version === null ? [] : [version])].map(encodeURIComponent).join('/');
  return new URL(path, address.endsWith('/') ? address : `${address}/`).href;
}

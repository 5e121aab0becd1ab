/** The registry a provider comes from when its config entry names none. */
export const DEFAULT_HOSTNAME = 'registry.terraform.io';

/** A provider in its public registry: `registry.terraform.io/hashicorp/aws`, lower case throughout. */
export interface ProviderAddress {
  readonly hostname: string;
  readonly namespace: string;
  readonly type: string;
}

export function formatAddress(address: ProviderAddress): string {
  return `${address.hostname}/${address.namespace}/${address.type}`;
}

export function sameAddress(a: ProviderAddress, b: ProviderAddress): boolean {
  return formatAddress(a) === formatAddress(b);
}

import { DEFAULT_HOSTNAME } from '../../domain/provider/address.ts';

/** `hashicorp/aws` for a provider of the default registry, the whole address for any other. */
export function shortAddress(address: string): string {
  const prefix = `${DEFAULT_HOSTNAME}/`;
  return address.startsWith(prefix) ? address.slice(prefix.length) : address;
}

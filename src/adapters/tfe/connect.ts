import type { Clock } from '../../ports/clock.ts';
import type { Destination } from '../../ports/destination.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { PrivateRegistryOptions } from './api.ts';
import type { PrivateRegistry } from './contract.ts';
import { createPrivateRegistryDestination, PRIVATE_REGISTRY } from './destination.ts';
import { createPrivateRegistry } from './private-registry.ts';
import { createSigningKeys } from './signing-keys.ts';

/** One organization over HTTP, for one run: its registry, its keys, and both together as a destination. */
export interface ConnectedPrivateRegistry {
  readonly registry: PrivateRegistry;
  readonly signingKeys: SigningKeys;
  readonly destination: Destination & VersionStore;
}

/** `name` is the config's name of the destination. */
export function connectPrivateRegistry(
  options: PrivateRegistryOptions & { readonly name?: string; readonly clock: Clock },
): ConnectedPrivateRegistry {
  const { name = PRIVATE_REGISTRY, clock } = options;
  const registry = createPrivateRegistry(options);
  const signingKeys = createSigningKeys(options);
  const destination = createPrivateRegistryDestination({ name, registry, signingKeys, clock });
  return { registry, signingKeys, destination };
}

import { formatAddress } from '../../domain/provider/address.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';

/** The registry, asked once a run for the versions of each provider. What failed is asked again. */
export function rememberVersions(registry: PublicRegistry): PublicRegistry {
  const known = new Map<string, Promise<readonly AvailableVersion[]>>();
  return {
    ...registry,
    listVersions: (address) => {
      const name = formatAddress(address);
      const asked = known.get(name) ?? registry.listVersions(address);
      known.set(name, asked);
      asked.catch(() => known.delete(name));
      return asked;
    },
  };
}

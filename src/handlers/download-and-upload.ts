import { bytesOf } from '../application/sync/provider-result.ts';
import { syncProvider } from '../application/sync/sync-provider.ts';
import { composeSync } from './composition/sync.ts';
import { lambdaFunction } from './lambda-function.ts';
import { failureOf } from './provider-failure.ts';
import { readReferencedEntry } from './referenced-entry.ts';
import { providerEvent } from './schema.ts';
import type { DestinationSettings } from './settings.ts';

/** Brings one provider version to its destinations, whole and verified, or goes on with it. */
export const handler = lambdaFunction({
  event: providerEvent,
  compose: composeSync,
  metrics: { duration: 'PublishDuration' },
  async run(composition, { event, signal }) {
    const referenced = await readReferencedEntry(composition.config, event);
    const { entry } = referenced;
    await using ports = await composition.open(referenced, signal);
    const result = await syncProvider(ports, entry, event.status?.resolvedVersion, { signal });
    const failure = failureOf(result);
    if (failure !== undefined) throw failure;
    const { address, outcome, version, signedBy, platforms, destinations } = result;
    return {
      address,
      outcome,
      resolvedVersion: version,
      signedBy,
      bytes: bytesOf(result),
      platforms,
      platformsUploaded: platforms.filter((platform) => platform.outcome === 'published').length,
      registryUrl: registryPage(composition.destination, entry.address.type, version),
      ...(destinations === undefined ? {} : { destinations }),
    };
  },
});

/** The page of a private provider's version in the registry's web interface. */
function registryPage(
  { address, organization }: Pick<DestinationSettings, 'address' | 'organization'>,
  type: string,
  version: string | null,
): string {
  const parts = ['app', organization, 'registry', 'providers', 'private', organization, type];
  const path = [...parts, ...(version === null ? [] : [version])].map(encodeURIComponent).join('/');
  return new URL(path, address.endsWith('/') ? address : `${address}/`).href;
}

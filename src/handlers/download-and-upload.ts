import { syncProvider } from '../application/sync/sync-provider.ts';
import { composeSync } from './composition/sync.ts';
import { lambdaFunction } from './lambda-function.ts';
import { failureOf } from './provider-failure.ts';
import { readReferencedEntry } from './referenced-entry.ts';
import { registryPage } from './registry-page.ts';
import { providerEvent } from './schema.ts';

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
      platforms,
      platformsUploaded: platforms.filter((platform) => platform.outcome === 'published').length,
      registryUrl: registryPage(composition.destination, entry.address.type, version),
      ...(destinations === undefined ? {} : { destinations }),
    };
  },
});

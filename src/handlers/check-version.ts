import { checkVersion } from '../application/sync/check-version.ts';
import { foundAt } from '../application/sync/intentions.ts';
import { composeSync } from './composition/sync.ts';
import { lambdaFunction } from './lambda-function.ts';
import { failureOf } from './provider-failure.ts';
import { readReferencedEntry } from './referenced-entry.ts';
import { providerEvent } from './schema.ts';

/** Whether one provider needs work, and which. */
export const handler = lambdaFunction({
  event: providerEvent,
  compose: composeSync,
  metrics: { duration: 'CheckDuration', count: 'ProviderChecked' },
  async run(composition, { event, signal }) {
    const referenced = await readReferencedEntry(composition.config, event);
    const { entry } = referenced;
    await using ports = await composition.open(referenced, signal);
    const { result, intended, ...check } = await checkVersion(ports, entry);
    // Who needs work is served, whoever else failed; its own error comes from there.
    const failure = check.shouldProcess ? undefined : failureOf(result);
    if (failure !== undefined) throw failure;
    const { address } = event.provider;
    if (result.outcome === 'up-to-date' && !check.shouldProcess) {
      for (const { name } of ports.destinations) {
        const about = { address, version: check.resolvedVersion, destination: name };
        ports.events.append(foundAt(about, intended));
      }
    }
    const { outcome, signedBy, destinations } = result;
    return { ...check, address, outcome, signedBy, ...(destinations === undefined ? {} : { destinations }) };
  },
});

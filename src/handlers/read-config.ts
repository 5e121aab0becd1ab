import { readConfig } from '../application/resolve/read-config.ts';
import { requireFitsExecution } from '../domain/deployment/execution-budget.ts';
import { referencesOf } from '../domain/deployment/run-references.ts';
import { composeConfigReader } from './composition/config-reader.ts';
import { lambdaFunction } from './lambda-function.ts';
import { readConfigEvent } from './schema.ts';

/** Reads and validates one version of the config and hands on references to it and to its providers. */
export const handler = lambdaFunction({
  event: readConfigEvent,
  compose: composeConfigReader,
  async run(config, { event }) {
    const reference = await config.pin(event.input);
    const providers = referencesOf(await readConfig({ configSource: config.source(reference) }));
    requireFitsExecution(reference, providers);
    return { config: reference, providers };
  },
});

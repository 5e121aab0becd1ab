import { readConfig } from '../application/resolve/read-config.ts';
import { referencesOf } from '../domain/deployment/run-references.ts';
import { workOf } from '../domain/deployment/run-work.ts';
import { composeConfigReader } from './composition/config-reader.ts';
import { lambdaFunction } from './lambda-function.ts';
import { runEvent } from './schema.ts';

/** Reads and validates one version of the config and hands on references to it and to the providers to work on. */
export const handler = lambdaFunction({
  event: runEvent,
  compose: composeConfigReader,
  async run(config, { event }) {
    const reference = await config.pin(event.input);
    const references = referencesOf(await readConfig({ configSource: config.source(reference) }));
    return workOf(event, reference, references);
  },
});

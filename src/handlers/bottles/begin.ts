import { beginRun } from '../../application/bottles/run/begin.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { formatLocation } from '../../domain/config/destinations.ts';
import { formatConfigReference } from '../../domain/deployment/run-references.ts';
import { SyncError } from '../../domain/errors.ts';
import { composeBottles } from '../composition/bottles.ts';
import { composeConfigReader } from '../composition/config-reader.ts';
import { readSettings } from '../environment.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { beginEvent, runIdOf } from './events/schema.ts';

/** The orchestrator of a sync of bottles: proves the API, plans, and splits the work by size. */
export const handler = lambdaFunction({
  event: beginEvent,
  compose: (runtime) => ({
    ...composeBottles(runtime),
    config: composeConfigReader(runtime),
    place: readSettings(runtime.environment, (reader) => ({
      bucket: reader.required('CONFIG_BUCKET'),
      key: reader.required('CONFIG_KEY'),
    })),
  }),
  metrics: { duration: 'BottlesPlanDuration' },
  async run({ location, open, config, place }, { event, signal }) {
    const reference = await config.pin(place);
    const where = formatConfigReference(reference);
    const { bottles } = await readConfig({ configSource: config.source(reference) });
    const entry = requireOwn(bottles, location, where);
    await using ports = await open(signal);
    const id = runIdOf(event.executionId);
    return await beginRun(ports, entry, { id, config: where, signal });
  },
});

/** What the config asks for, provided that it is about the mirror that this stack fills. */
function requireOwn(entry: BottlesEntry | undefined, location: string, where: string): BottlesEntry {
  if (entry === undefined) {
    throw new SyncError('ConfigInvalid', `${where} asks for no bottles. Write them under "bottles".`);
  }
  const named = formatLocation(entry.destination);
  if (named === location) return entry;
  throw new SyncError(
    'ConfigInvalid',
    `${where}: "destination" of "bottles" is ${named}, and this stack fills ${location}. Name that.`,
  );
}

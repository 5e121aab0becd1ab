import { readConfig } from '../../application/resolve/read-config.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { formatLocation } from '../../domain/config/destinations.ts';
import { formatConfigReference } from '../../domain/deployment/run-references.ts';
import { SyncError } from '../../domain/errors.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { readMirrorLocation } from './bottles.ts';
import { composeConfigReader } from './config-reader.ts';

interface OwnEntry {
  readonly entry: BottlesEntry;
  /** Which version of which config said so. */
  readonly where: string;
}

/**
 * Reads what the config that CONFIG_BUCKET and CONFIG_KEY name asks for, as it is now. Throws ConfigInvalid when that is
 * no bottles, or bottles for another mirror than MIRROR_BUCKET and MIRROR_PREFIX name.
 */
export function composeBottlesConfig(runtime: Runtime): () => Promise<OwnEntry> {
  const { place, mirror } = readSettings(runtime.environment, (reader) => ({
    place: { bucket: reader.required('CONFIG_BUCKET'), key: reader.required('CONFIG_KEY') },
    mirror: readMirrorLocation(reader),
  }));
  const location = formatLocation({ scheme: 's3', ...mirror });
  const config = composeConfigReader(runtime);
  return async () => {
    const reference = await config.pin(place);
    const where = formatConfigReference(reference);
    const { bottles } = await readConfig({ configSource: config.source(reference) });
    return { entry: requireOwn(bottles, location, where), where };
  };
}

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

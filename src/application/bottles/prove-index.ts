import { withoutRecalled } from '../../domain/bottle/recall.ts';
import {
  mergeResolutions,
  type Resolution,
  resolveOnTag,
  type TagResolution,
} from '../../domain/bottle/resolve.ts';
import { type Publication, requireFresh } from '../../domain/bottle/snapshot.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { FormulaeApi, ProvedApi } from '../../ports/bottle-source.ts';

export interface ProvedIndex {
  readonly apis: readonly ProvedApi[];
  readonly resolution: Resolution;
}

/** What brew before 6.0 asks for beside `formula.jws.json`, before it installs anything. */
const FORMULA_COMPANIONS = [
  'formula_tap_migrations.jws.json',
  'cask.jws.json',
  'cask_tap_migrations.jws.json',
];

/**
 * Reads and proves every API file that clients of the wanted tags and generations ask for, and resolves the wish over
 * all of them: what either generation names must be there, or the one would break what the other installs. One file
 * after the other, because each takes hundreds of megabytes while it is read. Throws what `FormulaeApi` does, and
 * UpstreamResponseInvalid for a file that is older than what the mirror had.
 */
export async function proveIndex(
  api: FormulaeApi,
  entry: BottlesEntry,
  history: Publication['history'],
  signal?: AbortSignal,
): Promise<ProvedIndex> {
  const apis: ProvedApi[] = [];
  const parts: TagResolution[] = [];
  const take = (proved: ProvedApi): void => {
    if (signal?.aborted) throw interruptionOf(signal.reason);
    requireFresh(history, proved);
    apis.push(proved);
  };
  if (entry.apiGenerations.includes('internal')) {
    for (const tag of entry.tags) {
      const read = await api.readPackages(tag);
      take(read.api);
      parts.push(resolveOnTag(entry, read.catalog));
    }
  }
  if (entry.apiGenerations.includes('formula')) {
    const read = await api.readFormulae(entry.tags);
    take(read.api);
    for (const catalog of read.catalogs) parts.push(resolveOnTag(entry, catalog));
    for (const path of FORMULA_COMPANIONS) take(await api.readOther(path));
  }
  return { apis, resolution: withoutRecalled(entry, entry.recalled, mergeResolutions(entry, parts)) };
}

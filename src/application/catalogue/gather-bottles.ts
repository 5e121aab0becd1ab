import type { BottleRow, CatalogueDestination } from '../../domain/catalogue/form/overview.ts';
import { shown } from '../../domain/catalogue/shown-text.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { readPublication, readSnapshot } from '../bottles/mirror-documents.ts';

export interface GatheredBottles {
  readonly destinations: readonly CatalogueDestination[];
  readonly rows: readonly BottleRow[];
  readonly missing: readonly string[];
}

/**
 * The bottles that clients of a mirror are shown, one row a formula and version. `place` is the mirror's place among
 * the catalogue's destinations. What cannot be read is said to be missing.
 */
export async function gatherBottles(store: MirrorStore, place: number): Promise<GatheredBottles> {
  const description = `the bottles in ${store.location}`;
  const destination: CatalogueDestination = {
    name: 'bottles',
    kind: 'bottles',
    description,
    client: { kind: 'none' },
  };
  try {
    const rows = await readRows(store, place);
    const missing = rows === undefined ? [`No bottles are shown from ${store.location} yet.`] : [];
    return { destinations: [destination], rows: rows ?? [], missing };
  } catch (error) {
    const unread = toSyncError(error).message;
    return {
      destinations: [{ ...destination, unread }],
      rows: [],
      missing: [`What ${description} are is not known: ${unread}`],
    };
  }
}

async function readRows(store: MirrorStore, place: number): Promise<readonly BottleRow[] | undefined> {
  const { publication } = await readPublication(store);
  const snapshot = publication && (await readSnapshot(store, publication.current));
  if (snapshot === undefined) return undefined;
  const groups = Map.groupBy(snapshot.bottles, ({ name, version }) => `${name} ${version}`);
  return [...groups.values()]
    .flatMap((bottles): readonly BottleRow[] => {
      const [first] = bottles;
      if (first === undefined) return [];
      return [
        {
          name: shown(first.name),
          version: shown(first.version),
          tags: [...new Set(bottles.map(({ tag }) => shown(tag)))].toSorted(),
          destinations: [place],
          bytes: bottles.reduce((sum, { size }) => sum + size, 0),
        },
      ];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

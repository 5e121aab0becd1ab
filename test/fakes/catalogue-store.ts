import type { CatalogueStore } from '../../src/ports/catalogue-store.ts';

export interface FakeCatalogueState {
  readonly files: Map<string, { readonly bytes: Uint8Array; readonly etag: string }>;
}

export interface FakeCatalogueStoreOptions {
  readonly state?: FakeCatalogueState;
  /** Called before every operation, with its name: throw to fail it. */
  readonly onOperation?: (operation: keyof CatalogueStore, path: string) => void;
}

/** A catalogue's place in memory. */
export function createFakeCatalogueStore(
  options: FakeCatalogueStoreOptions = {},
): CatalogueStore & FakeCatalogueState {
  const { state = { files: new Map() }, onOperation = () => {} } = options;
  const { files } = state;
  let written = 0;
  const write = (path: string, bytes: Uint8Array) => {
    written += 1;
    files.set(path, { bytes, etag: `${path} ${written}` });
  };
  return {
    files,
    location: 'memory',
    read: async (path) => {
      onOperation('read', path);
      return files.get(path);
    },
    put: async (path, bytes) => {
      onOperation('put', path);
      write(path, bytes);
    },
    replace: async (path, bytes, before) => {
      onOperation('replace', path);
      if (files.get(path)?.etag !== before) return 'changed';
      write(path, bytes);
      return 'written';
    },
    list: async () => {
      onOperation('list', '');
      return [...files.keys()];
    },
    delete: async (path) => {
      onOperation('delete', path);
      files.delete(path);
    },
  };
}

import { createHash } from 'node:crypto';
import { parseSha256 } from '../../domain/artifact/sha256.ts';
import { SyncError } from '../../domain/errors.ts';
import type { CatalogueStore } from '../../ports/catalogue-store.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';

/** A catalogue in a folder or bucket of its own, written by the same means as a mirror. */
export function createCatalogueStore(store: MirrorStore): CatalogueStore {
  return {
    location: store.location,
    read: (path) => store.readDocument(path),
    put: async (path, bytes, contentType) => {
      const sha256 = parseSha256(createHash('sha256').update(bytes).digest('hex'));
      if (sha256 === undefined) throw new SyncError('InternalError', `No digest of ${path}.`);
      const file = { key: path, sha256 };
      await store.putFile(file, once(bytes), { size: bytes.length, contentType });
      await store.revealFiles([file]);
    },
    replace: (path, bytes, before, type) => store.writeDocument(path, bytes, before, type),
    list: async () => (await store.list('')).map(({ key }) => key),
    delete: (path) => store.delete(path),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

import type { MirrorStore } from '../../src/ports/mirror-store.ts';
import { dyingAfter } from './dying.ts';

/** The store, until so many of its operations have been carried out: every later one fails. */
export function dyingStore(store: MirrorStore, operations: number | undefined): MirrorStore {
  const die = dyingAfter(operations);
  return {
    ...store,
    readDocument: async (...args) => {
      die();
      return await store.readDocument(...args);
    },
    writeDocument: async (...args) => {
      die();
      return await store.writeDocument(...args);
    },
    statFile: async (...args) => {
      die();
      return await store.statFile(...args);
    },
    putFile: async (...args) => {
      die();
      return await store.putFile(...args);
    },
    revealFiles: async (files) => {
      for (const file of files) {
        die();
        await store.revealFiles([file]);
      }
    },
    openFile: async (...args) => {
      die();
      return await store.openFile(...args);
    },
    list: async (...args) => {
      die();
      return await store.list(...args);
    },
    delete: async (...args) => {
      die();
      await store.delete(...args);
    },
  };
}

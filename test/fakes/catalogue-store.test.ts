import { describeCatalogueStoreContract } from '../contract/catalogue-store.ts';
import { createFakeCatalogueStore } from './catalogue-store.ts';

describeCatalogueStoreContract('the fake', async () => {
  const store = createFakeCatalogueStore();
  return {
    store,
    readAsReader: async (path) => ({ text: new TextDecoder().decode(store.files.get(path)?.bytes) }),
    [Symbol.asyncDispose]: async () => {},
  };
});

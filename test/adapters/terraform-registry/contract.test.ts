import { createPublicRegistry } from '../../../src/adapters/terraform-registry/public-registry.ts';
import { describePublicRegistryContract } from '../../contract/public-registry.ts';
import { testHttpClient } from '../../support/http-client.ts';
import { sampleRegistry } from '../../support/registries.ts';

describePublicRegistryContract('the provider registry protocol over HTTP', async (releases) => {
  const server = await sampleRegistry(releases);
  const http = testHttpClient('upstream');
  return {
    registry: createPublicRegistry({ http, addresses: { 'registry.terraform.io': server.url } }),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await server.close();
    },
  };
});

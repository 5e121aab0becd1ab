import type { HttpClient } from '../../../src/adapters/http/contract.ts';
import type { OciCredentials } from '../../../src/adapters/oci/credentials.ts';
import { createOciMirror, type OciMirrorOptions } from '../../../src/adapters/oci/oci-mirror.ts';
import { parseRepositoryTemplate, repositoryOf } from '../../../src/domain/delivery/repository-template.ts';
import type { ProviderAddress } from '../../../src/domain/provider/address.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { dyingClient } from '../dying.ts';
import { testHttpClient } from '../http-client.ts';
import { ociClientView } from './client-view.ts';

export const PATH = 'tofu/${hostname}/${namespace}/${type}';

export const NO_CREDENTIALS: OciCredentials = { description: 'nowhere', read: async () => undefined };

/** A mirror in a plain registry on loopback. */
export function mirrorAt(
  host: string,
  http: HttpClient,
  options: Partial<OciMirrorOptions> = {},
): ReturnType<typeof createOciMirror> {
  return createOciMirror({
    name: 'oci',
    template: templateAt(host),
    http,
    credentials: NO_CREDENTIALS,
    clock: fixedClock(new Date('2026-11-01T00:00:00Z')),
    ...options,
  });
}

function templateAt(host: string, path = PATH): OciMirrorOptions['template'] {
  const template = parseRepositoryTemplate(`http://${host}/${path}`);
  if ('problem' in template) throw new Error(template.problem);
  return template;
}

/** A registry at `host`, which `close` frees, as the contract suites ask for it. `path` is the subject's own. */
export function contractSubject(host: string, close: () => Promise<void>, path = PATH) {
  const client = testHttpClient('destination');
  const template = templateAt(host, path);
  return {
    openMirror: (dieAfter: number | undefined) => mirrorAt(host, dyingClient(client, dieAfter), { template }),
    clientView: async (address: ProviderAddress) =>
      await ociClientView(`http://${host}`, repositoryOf(template, address) ?? ''),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await close();
    },
  };
}

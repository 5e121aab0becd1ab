import { SyncError } from '../../domain/errors.ts';
import type { ByteSink } from '../../ports/bytes.ts';
import type { HttpClient } from './contract.ts';

/**
 * A place behind a PUT to a secret link that is asked for at every `send`. Throws DestinationRejected for a
 * status that is neither success nor passing, and as `HttpClient.send`.
 */
export function httpByteSink(options: {
  readonly http: HttpClient;
  readonly name: string;
  readonly link: () => Promise<string>;
}): ByteSink {
  const { http, name, link } = options;
  return {
    name,
    send: async (body, size) => {
      const url = await link();
      const { status } = await http.send({
        url,
        target: name,
        secretUrl: true,
        headers: { 'content-type': 'application/octet-stream' },
        body,
        size,
      });
      if (status >= 200 && status < 300) return;
      throw new SyncError(
        'DestinationRejected',
        `${name}: ${new URL(url).host} answered ${status} to the upload. Check the server's upload limits and storage.`,
      );
    },
  };
}

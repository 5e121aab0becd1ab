import { request as forward, type IncomingMessage } from 'node:http';
import { startHttpServer } from './http-server.ts';

/** `refuse`: AccessDenied, as S3 says it. `lose`: it is done, and nobody hears of it. */
type Fate = 'forward' | 'refuse' | 'lose';

/** Hands every request on to `target`, but what is to have another fate. */
export async function startForwarder(
  target: string,
  fateOf: (request: IncomingMessage) => Fate,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  return await startHttpServer((incoming, answer) => {
    const fate = fateOf(incoming);
    if (fate === 'refuse') {
      incoming.resume();
      answer.writeHead(403, { 'content-type': 'application/xml' });
      answer.end('<Error><Code>AccessDenied</Code><Message>No.</Message></Error>');
      return;
    }
    const { method, url, headers } = incoming;
    const onward = forward(new URL(url ?? '/', target), { method, headers }, (response) => {
      if (fate === 'lose') {
        response.resume();
        response.once('end', () => answer.destroy());
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
}

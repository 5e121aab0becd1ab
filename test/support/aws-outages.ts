import { readBody, startHttpServer } from './http-server.ts';

/** Requests that can be out of order, told by what they ask for: DynamoDB's, SNS's, and of S3 those of an outbox. */
type Outage = 'PutItem' | 'Query' | 'PublishBatch' | 'outbox';

export interface AwsOutages {
  readonly url: string;
  /** What is answered with 500 from now on. */
  readonly out: Set<Outage>;
  close(): Promise<void>;
}

/** Hands requests on to `endpoint` and its answers back, but for those that are out of order. */
export async function awsOutages(
  endpoint: string,
  { outboxPrefix }: { readonly outboxPrefix: string },
): Promise<AwsOutages> {
  const out = new Set<Outage>();
  const outageOf = (target: string, url: string, body: string): Outage | undefined => {
    if (target.endsWith('.PutItem')) return 'PutItem';
    if (target.endsWith('.Query')) return 'Query';
    if (body.includes('PublishBatch')) return 'PublishBatch';
    return url.includes(encodeURI(outboxPrefix)) ? 'outbox' : undefined;
  };
  const server = await startHttpServer(async (request, response) => {
    const body = await readBody(request);
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const target = String(headers['x-amz-target'] ?? '');
    const outage = outageOf(target, request.url ?? '', body.toString('latin1'));
    if (outage !== undefined && out.has(outage)) {
      response.writeHead(500).end();
      return;
    }
    delete headers['transfer-encoding'];
    const answer = await fetch(`${endpoint}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const { 'content-encoding': _encoding, ...answered } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, { ...answered, 'content-length': bytes.length }).end(bytes);
  });
  return { url: server.url, out, close: () => server.close() };
}

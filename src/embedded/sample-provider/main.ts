import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { makeLoopbackCertificate } from '../mirror-server/certificate.ts';
import { readFields } from './protobuf.ts';
import { providerMethods } from './provider.ts';

// A provider of Terraform that needs no cloud: acme/notes. It speaks version 6 of the plugin protocol, which is gRPC
// over TLS on loopback; its first line on stdout says where (hashicorp/go-plugin, "Go-Plugin handshake").

const GRPC_UNIMPLEMENTED = '12';
const GRPC_INTERNAL = '13';

if (process.env['TF_PLUGIN_MAGIC_COOKIE'] === undefined) {
  process.stderr.write('This is a provider of Terraform: name acme/notes in required_providers.\n');
  process.exit(1);
}

const stopped = new AbortController();
const methods = providerMethods(stopped);
const { certificate, privateKey } = makeLoopbackCertificate(new Date());
const clientCertificate = process.env['PLUGIN_CLIENT_CERT'];
/** What a chatty provider says in answer to many requests at once, in MB. */
const MOST_ANSWERS_MB = 1000;

const server = createSecureServer({
  maxSessionMemory: MOST_ANSWERS_MB,
  cert: certificate,
  key: privateKey,
  ...(clientCertificate === undefined ? {} : { ca: clientCertificate, requestCert: true }),
});

let working = 0;
let left = false;
const leaveWhenIdle = (): void => {
  if (left && working === 0) process.exit(0);
};

server.on('stream', (stream: ServerHttp2Stream, headers) => {
  const path = String(headers[':path']);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => {});
  stream.on('end', () => {
    working += 1;
    void answer(path, Buffer.concat(chunks))
      .then(({ body, status }) => send(stream, body, status))
      .finally(() => {
        working -= 1;
        leaveWhenIdle();
      });
  });
});
server.on('session', (session) => {
  session.on('error', () => {});
  // Whoever started this is gone: nothing new is begun.
  session.on('close', () => {
    left = true;
    stopped.abort();
    leaveWhenIdle();
  });
});

async function answer(
  path: string,
  frame: Buffer,
): Promise<{ readonly body?: Buffer; readonly status: string }> {
  if (path === '/plugin.GRPCController/Shutdown') {
    left = true;
    return { body: Buffer.alloc(0), status: '0' };
  }
  const method = path.startsWith('/tfplugin6.Provider/')
    ? methods[path.slice('/tfplugin6.Provider/'.length)]
    : undefined;
  if (method === undefined) return { status: GRPC_UNIMPLEMENTED };
  try {
    // One frame: a flag, four bytes of length, the message.
    return { body: await method(readFields(frame.subarray(5))), status: '0' };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return { status: GRPC_INTERNAL };
  }
}

function send(stream: ServerHttp2Stream, body: Buffer | undefined, status: string): void {
  if (stream.destroyed) return;
  const headers = { ':status': 200, 'content-type': 'application/grpc' };
  if (body === undefined) {
    stream.respond({ ...headers, 'grpc-status': status }, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(body.length, 1);
  stream.end(Buffer.concat([prefix, body]));
}

// Ctrl-C reaches the whole group of processes: Terraform alone decides what it means.
process.on('SIGINT', () => {});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const der = certificate.replace(/-----[^-]+-----|\s/g, '').replace(/=+$/, '');
  process.stdout.write(`1|6|tcp|127.0.0.1:${port}|grpc|${der}\n`);
});

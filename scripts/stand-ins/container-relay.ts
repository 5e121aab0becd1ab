import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { LOCAL_PORTS } from './sample.ts';

/** How far above a stand-in's own port the port is under which containers reach it. */
const OFFSET = 100;

/**
 * What Node runs first in a container of `sam local`: it makes the stand-ins appear on the container's own
 * loopback, because the functions refuse plain http to anything else. It stands in events/env.json.
 * @internal
 */
export const RELAY_IN_CONTAINER = [
  "import{connect,createServer}from'node:net'",
  "import{pipeline}from'node:stream'",
  `[${Object.values(LOCAL_PORTS).join()}].forEach((port)=>createServer((near)=>{` +
    `pipeline(near,connect(port+${OFFSET},'host.docker.internal'),near,()=>{})` +
    "}).listen(port,'127.0.0.1').unref())",
].join(';');

/** Lets containers on this machine reach the stand-ins, which listen on loopback alone. */
export async function startContainerRelay(
  ports: readonly number[] = Object.values(LOCAL_PORTS),
): Promise<{ close(): Promise<void> }> {
  await using started = new AsyncDisposableStack();
  for (const port of ports) {
    const server = createServer((near) => {
      pipeline(near, connect(port, '127.0.0.1'), near, () => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port + OFFSET, resolve);
    });
    started.defer(() => new Promise((resolve) => void server.close(() => resolve())));
  }
  const running = started.move();
  return { close: () => running.disposeAsync() };
}

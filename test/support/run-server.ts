import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type RunningMoto, startMoto } from '../../scripts/stand-ins/moto.ts';
import { listen } from './http-server.ts';

/** What a file of tests asks for, in the first line of a connection. */
export type RunRequest =
  /** The value of this key. Who gets `{ make: true }` in answer makes it, and says it in the second line. */
  | { readonly once: string }
  /** A moto with nothing in it, by this program, for as long as the connection stands. */
  | { readonly moto: string };

export interface RunServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * What the files of one run of the tests have in common, each in a process of its own: values that are dear to make,
 * and servers that are dear to start. Lines of JSON over a connection of loopback; one that ends, ended or died, lets go
 * of what it had.
 */
export async function startRunServer(): Promise<RunServer> {
  const values = keyedValues();
  const motos = motoPool();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const lines = createInterface({ input: socket });
    lines.once('line', (line) => {
      const request = JSON.parse(line) as RunRequest;
      if ('once' in request) values.answer(request.once, socket, lines);
      else void motos.lend(request.moto, socket);
    });
  });
  const port = await listen(server);
  return {
    port,
    close: async () => {
      server.close();
      await motos.close();
    },
  };
}

function say(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

interface Keyed {
  value?: { readonly value: unknown };
  readonly waiting: (() => void)[];
  making: boolean;
}

function keyedValues() {
  const known = new Map<string, Keyed>();
  const answer = (key: string, socket: Socket, lines: ReturnType<typeof createInterface>): void => {
    const keyed = known.get(key) ?? { waiting: [], making: false };
    known.set(key, keyed);
    if (keyed.value !== undefined) {
      say(socket, keyed.value);
      return;
    }
    // Who died while it waited makes nothing.
    if (socket.destroyed) return;
    if (keyed.making) {
      keyed.waiting.push(() => answer(key, socket, lines));
      return;
    }
    keyed.making = true;
    const done = (): void => {
      keyed.making = false;
      for (const next of keyed.waiting.splice(0)) next();
    };
    lines.once('line', (line) => {
      keyed.value = JSON.parse(line) as { readonly value: unknown };
    });
    // Where it failed, the next one tries.
    socket.once('close', done);
    say(socket, { make: true });
  };
  return { answer };
}

function motoPool() {
  const all = new Set<RunningMoto>();
  const free = new Map<string, RunningMoto[]>();
  const lend = async (program: string, socket: Socket): Promise<void> => {
    const unused = free.get(program) ?? [];
    free.set(program, unused);
    try {
      const moto = unused.pop() ?? (await startMoto(program, 0));
      all.add(moto);
      const release = async (): Promise<void> => {
        const reset = await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
        if (reset.ok) unused.push(moto);
      };
      if (socket.destroyed) await release();
      else socket.once('close', () => void release().catch(() => undefined));
      say(socket, { value: moto.url });
    } catch (error) {
      say(socket, { error: String(error) });
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([...all].map((moto) => moto.close()));
  };
  return { lend, close };
}

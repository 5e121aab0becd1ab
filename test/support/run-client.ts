import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { RunningMoto } from '../../scripts/stand-ins/moto.ts';
import type { RunRequest } from './run-server.ts';

type Answer = { readonly make: true } | { readonly value: unknown } | { readonly error: string };

/**
 * The value of `key`, which the first file of this run that asks for it makes, and all others get as it was written in
 * JSON. What it is made from belongs into its key. Rejects as `make` does; the next one then tries again.
 */
export async function oncePerRun<T>(key: string, make: () => Promise<T>): Promise<T> {
  await using connection = await ask({ once: key });
  if (!('make' in connection.answer)) return valueOf(connection.answer) as T;
  const value = await make();
  await connection.say({ value });
  return value;
}

/** A moto with nothing in it that is this caller's alone until it is closed. */
export async function borrowMoto(program: string): Promise<RunningMoto> {
  const connection = await ask({ moto: program });
  return {
    url: valueOf(connection.answer) as string,
    close: async () => await connection[Symbol.asyncDispose](),
  };
}

function valueOf(answer: Answer): unknown {
  if ('value' in answer) return answer.value;
  throw new Error('error' in answer ? answer.error : 'There is nothing to make here.');
}

async function ask(request: RunRequest): Promise<
  AsyncDisposable & {
    readonly answer: Answer;
    say(message: object): Promise<void>;
  }
> {
  const socket = connect(Number(process.env['RUN_SERVER_PORT']), '127.0.0.1');
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const say = (message: object): Promise<void> =>
    new Promise((resolve) => void socket.write(`${JSON.stringify(message)}\n`, () => resolve()));
  const answer = await new Promise<Answer>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The run of the tests ended.')));
    createInterface({ input: socket }).once('line', (line) => resolve(JSON.parse(line) as Answer));
    void say(request);
  });
  return {
    answer,
    say,
    [Symbol.asyncDispose]: async () => {
      socket.end();
      await closed;
    },
  };
}

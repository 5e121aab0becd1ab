import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunningMoto {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts moto's server on loopback; port 0 takes any free one. Rejects with what it said when it does not start. */
export async function startMoto(program: string, port: number): Promise<RunningMoto> {
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', ({ message }) => {
      said.push(message);
      resolve();
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      const [, address] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
      else if (said.length < 50) said.push(line);
    });
    void ended.then(() => reject(new Error(`moto did not start:\n${said.join('\n')}`)));
  });
  return {
    url,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

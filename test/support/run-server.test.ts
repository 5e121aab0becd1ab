import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { deploymentTools } from '../deployment/support/deployment-tools.ts';
import { borrowMoto, oncePerRun } from './run-client.ts';

const tools = await deploymentTools();

describe('a value of the run', () => {
  it('is made once, and given to all who ask for it', async () => {
    const key = randomUUID();
    let made = 0;
    const make = async () => {
      made += 1;
      return { made, text: 'a “value”\nof two lines' };
    };
    const all = await Promise.all(Array.from({ length: 5 }, () => oncePerRun(key, make)));
    for (const value of [...all, await oncePerRun(key, make)]) {
      expect(value).toEqual({ made: 1, text: 'a “value”\nof two lines' });
    }
    expect(made).toBe(1);
  });

  it('is made by the next one when the first fails, who hears why', async () => {
    const key = randomUUID();
    const failing = oncePerRun(key, async () => {
      throw new Error('no disk');
    });
    await expect(failing).rejects.toThrow('no disk');
    expect(await oncePerRun(key, async () => 'made')).toBe('made');
  });

  it('is made by the next one when the first dies', async () => {
    const key = randomUUID();
    const first = connect(Number(process.env['RUN_SERVER_PORT']), '127.0.0.1');
    first.write(`${JSON.stringify({ once: key })}\n`);
    const told = await new Promise((resolve) => void first.once('data', (data) => resolve(String(data))));
    expect(told).toBe('{"make":true}\n');
    const second = oncePerRun(key, async () => 'made by the second');
    first.destroy();
    expect(await second).toBe('made by the second');
  });
});

describe.skipIf(!tools)('a moto of the run (needs Python and pip)', { timeout: 60_000 }, () => {
  const program = tools?.program('moto_server') ?? '';
  const bucketsAt = async (url: string) =>
    (await (await fetch(`${url}/`)).text()).match(/<Name>/g)?.length ?? 0;

  it('is one’s own, and has nothing in it', async () => {
    const [one, other] = await Promise.all([borrowMoto(program), borrowMoto(program)]);
    expect(one.url).not.toBe(other.url);
    await fetch(`${one.url}/a-bucket`, { method: 'PUT' });
    expect([await bucketsAt(one.url), await bucketsAt(other.url)]).toEqual([1, 0]);
    await Promise.all([one.close(), other.close()]);
    const next = await Promise.all([borrowMoto(program), borrowMoto(program)]);
    for (const moto of next) {
      expect(await bucketsAt(moto.url)).toBe(0);
      await moto.close();
    }
  });

  it('says why it could not be started', async () => {
    await expect(borrowMoto('/bin/false')).rejects.toThrow('moto did not start');
  });
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedRegistry } from '../../../src/embedded/private-registry/server.ts';

describe('the folder of an embedded registry', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'folder-lock-test-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const start = () => startEmbeddedRegistry({ dataDir, organization: 'example', token: 'token' });
  /** Whether a registry starts there, and answers. */
  const opens = async (): Promise<boolean> => {
    const registry = await start();
    const { ok } = await fetch(`${registry.url}/.well-known/terraform.json`);
    await registry.close();
    return ok;
  };
  const leaveLock = (text: string) => writeFile(join(dataDir, 'in-use.json'), text);

  it('is refused to a second registry while the first one runs, which goes on, and free after it', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
      message: `The folder ${dataDir} is in use by another registry at ${first.url}. Stop that one, or choose another folder.`,
    });
    expect((await fetch(`${first.url}/.well-known/terraform.json`)).status).toBe(200);
    await first.close();
    await (await start()).close();
    expect((await readdir(dataDir)).filter((name) => name.startsWith('in-use'))).toEqual([]);
  });

  it('goes to exactly one of several registries that start at once', async () => {
    const started = await Promise.allSettled([start(), start(), start(), start()]);
    const running = started.filter((outcome) => outcome.status === 'fulfilled');
    expect(running).toHaveLength(1);
    await Promise.all(running.map(({ value }) => value.close()));
  });

  it.each([
    ['killed, so that nobody listens', '{"url":"http://127.0.0.1:1","id":"x"}'],
    ['killed while it wrote', '{"url":'],
  ])('is taken over from a registry that was %s', async (_, lock) => {
    await leaveLock(lock);
    expect(await opens()).toBe(true);
  });

  it('is taken over where somebody else has the address by now', async () => {
    const stranger = createServer((_request, response) => response.end('something else'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    await leaveLock(JSON.stringify({ url, id: 'x' }));
    expect(await opens()).toBe(true);
    stranger.close();
  });
});

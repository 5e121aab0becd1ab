import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { startContainerRelay } from '../../scripts/stand-ins/container-relay.ts';
import { listenOnLoopback } from '../../src/embedded/http-server/listen.ts';

it('hands what containers ask for on to a stand-in on loopback', async () => {
  const standIn = await listenOnLoopback(
    createServer((_request, response) => response.end('moto')),
    0,
  );
  const relay = await startContainerRelay([standIn.port]);
  try {
    const answer = await fetch(`http://127.0.0.1:${standIn.port + 100}/`, {
      headers: { connection: 'close' },
    });
    expect(await answer.text()).toBe('moto');
  } finally {
    await relay.close();
    await standIn.close();
  }
});

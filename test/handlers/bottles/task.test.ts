import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirrorClientFor } from '../../adapters/aws/mirror-subjects.ts';
import { brewInstall } from '../../support/bottles/brew-client.ts';
import { LINUX, mirrorWorld, sampleKey } from '../../support/bottles/mirror-world.ts';
import { startStrictS3 } from '../../support/strict-s3.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

// The container's own entry point, bundled as its Dockerfile does, as a process of this machine.
const task = join(import.meta.dirname, '../../../node_modules/.cache/bottles-task', `${process.pid}.mjs`);

beforeAll(async () => {
  await build({
    entryPoints: ['src/handlers/bottles/task.ts'],
    outfile: task,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
});

async function stage() {
  const world = await mirrorWorld();
  const server = await startStrictS3();
  const keyFile = join(await temporaryFolder(), 'key.json');
  await writeFile(keyFile, JSON.stringify({ kty: 'RSA', ...sampleKey().publicKey }));
  const bottles = { formulae: ['hello'], tags: [LINUX], destination: 's3://acme-homebrew/brew' };
  const Body = JSON.stringify({ bottles });
  await mirrorClientFor(server.url).send(
    new PutObjectCommand({ Bucket: 'configs', Key: 'config.json', Body }),
  );
  const start = () => {
    const child = spawn(process.execPath, [task], {
      env: {
        PATH: process.env['PATH'],
        AWS_ENDPOINT_URL: server.url,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        CONFIG_BUCKET: 'configs',
        CONFIG_KEY: 'config.json',
        FORMULAE_API_ADDRESS: world.apiUrl,
        BOTTLE_REGISTRY_ADDRESS: world.url,
        API_KEY_FILE: keyFile,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    const ended = once(child, 'close').then(([code]) => ({
      code: code as number,
      last: JSON.parse(said.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>,
    }));
    return { child, ended };
  };
  return {
    world,
    server,
    start,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('the task of the container', () => {
  it('brings the mirror up to date and says so in one line', async () => {
    await using at = await stage();
    const { code, last } = await at.start().ended;
    expect(last).toMatchObject({ kind: 'Result', ok: true, outcome: 'published', summary: { fetched: 5 } });
    expect(code).toBe(0);
    const base = `${at.server.url}/acme-homebrew/brew`;
    const host = {
      api: `${base}/api`,
      artifacts: base,
      tag: LINUX,
      generation: 'internal' as const,
      key: sampleKey().publicKey,
    };
    expect((await brewInstall(host, 'hello')).poured.at(-1)).toBe('hello 1.0');
  });

  it('stops when it is told to, and the next one brings only what is missing', async () => {
    await using at = await stage();
    let running: ReturnType<typeof at.start> | undefined;
    let asked = 0;
    at.world.intercept = (request) => {
      if (!request.url?.startsWith('/cdn')) return false;
      asked += 1;
      // The third bottle never comes: the machine is taken away meanwhile.
      if (asked === 3) setImmediate(() => running?.child.kill('SIGTERM'));
      return asked >= 3;
    };
    running = at.start();
    const { code, last } = await running.ended;
    expect(last).toMatchObject({ kind: 'Failed', error: { code: 'Interrupted' } });
    expect(code).toBe(143);
    expect([...at.server.objects.keys()].filter((key) => key.includes('/brew/api/'))).toEqual([]);
    const held = [...at.server.objects.keys()].filter((key) => key.includes('/blobs/')).length;
    at.world.intercept = () => false;
    const again = await at.start().ended;
    expect(again.last).toMatchObject({
      ok: true,
      outcome: 'published',
      summary: { bottles: 5, fetched: 5 - held },
    });
    expect(again.code).toBe(0);
  });

  it('says in its last line why it failed', async () => {
    await using at = await stage();
    at.world.intercept = (_request, response) => {
      response.writeHead(200).end('<html>');
      return true;
    };
    const { code, last } = await at.start().ended;
    expect(last).toMatchObject({ kind: 'Failed', error: { code: 'UpstreamResponseInvalid' } });
    expect(code).toBe(1);
  });
});

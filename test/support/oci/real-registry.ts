import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../programs.ts';

/** CNCF distribution 3; undefined where there is none: tests that need it are skipped by name. */
export const REGISTRY = findProgram('registry', ['--version'], /distribution\/distribution\/v3/);

export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
}

/** Starts distribution over an empty folder, on any free port of 127.0.0.1. */
export async function startRealRegistry(
  program: string,
  tls?: { readonly certificate: string; readonly privateKey: string },
): Promise<RealRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-registry-'));
  if (tls) {
    await writeFile(join(folder, 'cert.pem'), tls.certificate);
    await writeFile(join(folder, 'key.pem'), tls.privateKey);
  }
  const config = {
    version: '0.1',
    log: { level: 'info', formatter: 'text' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: {
      addr: '127.0.0.1:0',
      ...(tls ? { tls: { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') } } : {}),
    },
  };
  // YAML takes JSON as it is.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn(program, ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const { promise: listening, resolve: heard, reject } = Promise.withResolvers<string>();
  child.once('error', reject);
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, port] = /listening on (?:127\.0\.0\.1|\[::\]):(\d+)/.exec(line) ?? [];
    if (port !== undefined) heard(`127.0.0.1:${port}`);
  });
  void exited.then(() => reject(new Error('The registry ended before it listened.')));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { host: await listening, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** Where `scripts/oci-tools.sh` puts what it builds. */
const TOOLS = resolve(import.meta.dirname, '../../../.cache/oci-tools');

/** A program that the script built or that is installed, if running it says what is expected. */
function find(name: string, args: readonly string[], expected: RegExp): string | undefined {
  for (const program of [join(TOOLS, name), name]) {
    if (program.startsWith('/') && !existsSync(program)) continue;
    try {
      if (expected.test(execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' }))) return program;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** CNCF distribution 3; undefined where there is none: tests that need it are skipped by name. */
export const REGISTRY = find('registry', ['--version'], /distribution\/distribution\/v3/);

/** OpenTofu 1.10 or later, which knows `oci_mirror`; undefined where there is none. */
export const TOFU = find('tofu', ['version'], /^OpenTofu v1\.(?:1\d|[2-9]\d)/m);

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

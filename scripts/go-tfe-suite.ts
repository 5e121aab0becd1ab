import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as open, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { parseArgs, promisify } from 'node:util';
import { listenOnLoopback } from '../src/embedded/http-server/listen.ts';
import { startEmbeddedRegistry } from '../src/embedded/private-registry/server.ts';

/**
 * Runs the integration suite of HashiCorp's client library, go-tfe, for registry providers, versions, platforms and
 * GPG keys against the embedded registry: `node scripts/go-tfe-suite.ts [--lenient] [--all]`. Needs Go and the module
 * proxy. Says what passes, and the first line of what does not.
 *
 * The suite makes an organization for each test, and the embedded registry has one; so a server in front starts a
 * registry for each organization and passes requests on to it.
 */
const MODULE = 'github.com/hashicorp/go-tfe@v1.99.0';
const TESTS =
  '^(TestRegistryProviders|TestRegistryProviderVersions|TestRegistryProviderPlatforms|TestGPGKey)';
const TOKEN = 'suite-token';

const run = promisify(execFile);
const { values: options } = parseArgs({
  options: { lenient: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
});
const folder = await mkdtemp(join(tmpdir(), 'go-tfe-suite-'));
try {
  const { stdout } = await run('go', ['mod', 'download', '-json', MODULE], { cwd: folder });
  const binary = join(folder, 'suite.test');
  await run('go', ['test', '-c', '-o', binary, '.'], { cwd: (JSON.parse(stdout) as { Dir: string }).Dir });
  const front = await startFront();
  report(await runSuite(binary, front.url));
  await front.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface Outcome {
  readonly test: string;
  readonly verdict: 'PASS' | 'FAIL' | 'SKIP';
}

async function runSuite(binary: string, address: string): Promise<readonly Outcome[]> {
  const child = spawn(binary, ['-test.v', '-test.run', TESTS, '-test.timeout', '300s'], {
    env: { ...process.env, TFE_ADDRESS: address, TFE_TOKEN: TOKEN, SKIP_PAID: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const outcomes: Outcome[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (options.all) process.stdout.write(`${line}\n`);
    const [, verdict, test] = /^\s*--- (PASS|FAIL|SKIP): (\S+)/.exec(line) ?? [];
    if (verdict !== undefined && test !== undefined) {
      outcomes.push({ test, verdict: verdict as Outcome['verdict'] });
    }
  }
  return outcomes;
}

function report(outcomes: readonly Outcome[]): void {
  const of = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict);
  for (const { test } of of('FAIL')) process.stdout.write(`FAIL ${test}\n`);
  const counts = `${of('PASS').length} of ${outcomes.length} pass, ${of('FAIL').length} fail, ${of('SKIP').length} are skipped by the suite itself`;
  process.stdout.write(`${MODULE}${options.lenient ? ' --lenient' : ''}: ${counts}\n`);
}

async function startFront() {
  const registries = new Map<string, { readonly url: string; readonly close: () => Promise<void> }>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://front');
    const body = await text(request);
    if (url.pathname === '/api/v2/organizations' && request.method === 'POST') {
      const { name } = (JSON.parse(body) as { data: { attributes: { name: string } } }).data.attributes;
      const dataDir = join(folder, name);
      registries.set(
        name,
        await startEmbeddedRegistry({
          dataDir,
          organization: name,
          token: TOKEN,
          lenient: options.lenient,
        }),
      );
      const data = { type: 'organizations', id: name, attributes: { name } };
      response.writeHead(201, { 'content-type': 'application/vnd.api+json' }).end(JSON.stringify({ data }));
      return;
    }
    const name = organizationIn(url, body);
    const registry = name === undefined ? undefined : registries.get(name);
    if (url.pathname === `/api/v2/organizations/${name}` && request.method === 'DELETE') {
      await registry?.close();
      if (name !== undefined) registries.delete(name);
      response.writeHead(204).end();
      return;
    }
    if (registry === undefined) {
      response.writeHead(404).end();
      return;
    }
    pass(registry.url, request, body, response);
  };
  const running = await listenOnLoopback(server, 0);
  const close = () => Promise.all([running, ...registries.values()].map((each) => each.close()));
  return { url: running.url, close };
}

/** The organization that a request is about: in its path, its filter or its document. */
function organizationIn(url: URL, body: string): string | undefined {
  const inPath = /^\/api\/v2\/organizations\/([^/]+)|\/gpg-keys\/([^/]+)\//.exec(url.pathname);
  const filter = url.searchParams.get('filter[namespace]')?.split(',')[0];
  const inBody = /"namespace":\s*"([^"]+)"/.exec(body)?.[1];
  return inPath?.[1] ?? inPath?.[2] ?? filter ?? inBody;
}

function pass(target: string, request: IncomingMessage, body: string, response: ServerResponse): void {
  const {
    host: _host,
    'content-length': _length,
    'transfer-encoding': _encoding,
    ...headers
  } = request.headers;
  const passed = open(
    new URL(request.url ?? '/', target),
    { method: request.method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  passed.on('error', (error) => response.destroy(error));
  passed.end(body);
}

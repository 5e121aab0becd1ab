import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { createBottleRegistry } from '../../../src/adapters/homebrew/bottle-registry.ts';
import { createFormulaeApi } from '../../../src/adapters/homebrew/formulae-api.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import { syncBottles } from '../../../src/application/bottles/sync.ts';
import { startHomebrewUpstream } from '../../../src/embedded/homebrew/server.ts';
import { type SampleWorld, signPayload } from '../../../src/embedded/homebrew/world.ts';
import { createRecordingReporter } from '../../fakes/event-reporter.ts';
import { entryOf, LINUX } from '../../support/bottles/mirror-world.ts';
import { serveFolder } from '../../support/bottles/static-server.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const vectors = sharedVectors('homebrew-mirror') ?? '';
const file = (...parts: string[]) => readFileSync(join(vectors, ...parts));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface Run {
  readonly name: string;
  readonly steps: readonly {
    readonly api_generation: number;
    readonly faults: readonly unknown[];
    readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  }[];
}

/** The tiny world of the recordings, as it was at each of its two generations. */
function worldAt(generation: 1 | 2): SampleWorld {
  const key = { kid: 'homebrew-1', privateKey: createPrivateKey(file('api/TEST-ONLY-key.pem')) };
  const names = readdirSync(join(vectors, 'manifests'));
  const children = names.filter((name) => name.startsWith('child__')).map((name) => file('manifests', name));
  const indexes = names.filter((name) => !name.startsWith('child__'));
  const bottles = readdirSync(join(vectors, 'bottles')).map((name) => file('bottles', name));
  return {
    api: new Map([
      [`internal/packages.${LINUX}.jws.json`, file('api', `gen${generation}-packages.${LINUX}.jws.json`)],
      ['formula.jws.json', file('api/gen1-formula.jws.json')],
      ...['cask', 'formula_tap_migrations', 'cask_tap_migrations'].map(
        (name) => [`${name}.jws.json`, signPayload(name === 'cask' ? '[]' : '{}', key)] as const,
      ),
    ]),
    indexes: new Map(
      indexes.map((name) => {
        const parts = name.replace(/\.json$/, '').split('__');
        return [`${parts.slice(0, -1).join('/')} ${parts.at(-1)}`, file('manifests', name)];
      }),
    ),
    manifests: new Map(children.map((bytes) => [`sha256:${sha256(bytes)}`, bytes])),
    blobs: new Map(bottles.map((bytes) => [`sha256:${sha256(bytes)}`, bytes])),
  };
}

/**
 * What a healthy mirror was asked for in artifact mode at one generation, without the prefixes some runs were given. The
 * run whose API had a glibc beside is told apart by its name: that bottle was not recorded.
 */
function askedAt(generation: number): readonly string[] {
  const { runs } = JSON.parse(file('brew-runs.json').toString()) as { runs: Run[] };
  const steps = runs.filter(({ name }) => /^artifact\/[\w-]+$/.test(name)).flatMap(({ steps }) => steps);
  const healthy = steps.filter((step) => step.api_generation === generation && step.faults.length === 0);
  const requests = healthy
    .flatMap((step) => step.requests)
    .filter(({ status }) => status === 200 || status === 206);
  const paths = requests.map(({ path }) => path.replace(/^.*(?=homebrew\/core\/)/, '/v2/'));
  return [...new Set(paths)].filter((path) => /^\/(?:v2\/homebrew\/core|api)\//.test(path)).toSorted();
}

describe.skipIf(vectors === '')('every path that recorded runs of a real brew ask for', () => {
  it('answers with what brew accepted, at both generations', async () => {
    let world = worldAt(1);
    let now = Date.UTC(2026, 0, 3);
    const upstream = await startHomebrewUpstream({ world: () => world });
    const http = createHttpClient({ side: 'upstream', userAgent: 'test' });
    const { n = '', e = '' } = createPublicKey(file('api/TEST-ONLY-pub.pem')).export({ format: 'jwk' });
    const clock = { now: () => new Date(now), monotonic: () => performance.now() };
    const folder = await temporaryFolder();
    const ports = {
      api: createFormulaeApi({ http, address: upstream.apiUrl, keys: [{ kid: 'homebrew-1', n, e }], clock }),
      registry: createBottleRegistry({ http, origin: upstream.url, clock }),
      store: createFolderMirrorStore(folder),
      events: createRecordingReporter(),
      clock,
    };
    await using server = await serveFolder(folder);
    const check = async (paths: readonly string[]): Promise<void> => {
      for (const path of paths) {
        const response = await fetch(`${server.url}${path}`);
        const bytes = Buffer.from(await response.arrayBuffer());
        const found = { path, status: response.status, accepted: accepted(path, bytes, world) };
        expect(found).toEqual({ path, status: 200, accepted: true });
      }
    };
    const entry = entryOf({ formulae: ['hello-mirror'] });
    expect(await syncBottles(ports, entry)).toMatchObject({
      ok: true,
      outcome: 'published',
      summary: { fetched: 3 },
    });
    const first = askedAt(1);
    expect(first).toEqual(
      expect.arrayContaining([
        '/api/cask.jws.json',
        '/api/formula.jws.json',
        '/v2/homebrew/core/libmirror/3/manifests/3.1_1-2',
      ]),
    );
    await check(first);
    world = worldAt(2);
    now += 86_400_000;
    expect(await syncBottles(ports, entry)).toMatchObject({
      ok: true,
      outcome: 'published',
      summary: { fetched: 2 },
    });
    const second = askedAt(2);
    expect(second).toContain('/v2/homebrew/core/hello-mirror/manifests/1.1');
    await check(second);
    // What a client with yesterday's API asks for is still there.
    await check(first.filter((path) => path.startsWith('/v2/')));
    await http.close();
    await upstream.close();
  });
});

/** Byte for byte what the recording server sent. */
function accepted(path: string, bytes: Uint8Array, world: SampleWorld): boolean {
  const [, digest] = /\/blobs\/(sha256:.+)$/.exec(path) ?? [];
  if (digest !== undefined) return digest === `sha256:${sha256(bytes)}`;
  const [, image, ref] = /^\/v2\/homebrew\/core\/(.+)\/manifests\/(.+)$/.exec(path) ?? [];
  const sent =
    image === undefined ? world.api.get(path.slice('/api/'.length)) : world.indexes.get(`${image} ${ref}`);
  return sent !== undefined && Buffer.compare(sent, bytes) === 0;
}

import { createBottleRegistry } from '../../../src/adapters/homebrew/bottle-registry.ts';
import { createFormulaeApi } from '../../../src/adapters/homebrew/formulae-api.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { BottlePorts } from '../../../src/application/bottles/ports.ts';
import { syncBottles } from '../../../src/application/bottles/sync.ts';
import type { BottlesEntry } from '../../../src/domain/config/bottles.ts';
import { startHomebrewUpstream } from '../../../src/embedded/homebrew/server.ts';
import {
  makeSampleKey,
  makeSampleWorld,
  type SampleFormula,
  type SampleKey,
  type SampleWorld,
} from '../../../src/embedded/homebrew/world.ts';
import type { Intercept } from '../../../src/embedded/http-server/exchange.ts';
import type { MirrorStore } from '../../../src/ports/mirror-store.ts';
import { createRecordingReporter, type RecordingReporter } from '../../fakes/event-reporter.ts';

export const LINUX = 'x86_64_linux';

/** The formulae that most tests mirror: a name with "@", one with "+", a revision, a rebuild, a bottle for all. */
const FORMULAE: readonly SampleFormula[] = [
  {
    name: 'hello',
    version: '1.0',
    tags: [LINUX, 'arm64_sonoma'],
    dependencies: ['libhello@3', 'hello+plus'],
    aliases: ['hi'],
  },
  {
    name: 'libhello@3',
    version: '3.1',
    revision: 1,
    rebuild: 2,
    tags: [LINUX, 'arm64_sonoma'],
    usesFromMacos: ['zlib'],
  },
  { name: 'hello+plus', version: '2.0', tags: ['all'] },
  { name: 'zlib', version: '1.3.1', tags: [LINUX, 'arm64_sonoma'] },
  { name: 'glibc', version: '2.39', tags: [LINUX] },
  { name: 'other', version: '5', tags: [LINUX, 'arm64_sonoma'] },
];

/** `FORMULAE` on the next day: hello is 1.1, and of libhello@3 only the rebuild is raised. */
export const NEXT_DAY: readonly SampleFormula[] = FORMULAE.map((formula) => {
  if (formula.name === 'hello') return { ...formula, version: '1.1' };
  return formula.name === 'libhello@3' ? { ...formula, rebuild: 3 } : formula;
});

export const DAY = 86_400;
export const DAY_1 = Date.UTC(2026, 10, 21, 3) / 1000;

// An RSA key takes its time, and signs as well in the next test.
let key: SampleKey | undefined;
export const sampleKey = (): SampleKey => (key ??= makeSampleKey());

export const entryOf = (overrides: Partial<BottlesEntry> = {}): BottlesEntry => ({
  path: '$.bottles',
  formulae: ['hello'],
  dependencies: true,
  tags: [LINUX],
  destination: { scheme: 'folder', path: 'unused' },
  apiGenerations: ['internal', 'formula'],
  keepSnapshots: 30,
  sizeThresholdBytes: 1e9,
  minimumAge: undefined,
  allowMissing: [],
  recalled: [],
  ...overrides,
});

export interface MirrorWorld extends AsyncDisposable {
  readonly apiUrl: string;
  readonly url: string;
  /** Paths that upstream was asked for. */
  readonly requests: string[];
  /** The time of day, in seconds since 1970: set by `publish`, and by tests. */
  now: number;
  /** What upstream is from now on. */
  publish(formulae: readonly SampleFormula[], at: number): Promise<SampleWorld>;
  /** Upstream itself, to be changed by hand. */
  world: SampleWorld;
  /** Sees every request first. */
  intercept: Intercept;
  readonly reporter: RecordingReporter;
  ports(store: MirrorStore): BottlePorts;
  sync(store: MirrorStore, entry?: BottlesEntry): ReturnType<typeof syncBottles>;
}

const QUICK = { attempts: 2, baseDelayMs: 1, maxDelayMs: 1 };

/** The embedded upstream with the product's own adapters in front of it, on a clock that stands still. */
export async function mirrorWorld(
  formulae: readonly SampleFormula[] = FORMULAE,
  at: number = DAY_1,
): Promise<MirrorWorld> {
  const requests: string[] = [];
  const tags = [LINUX, 'arm64_sonoma', 'arm64_sequoia'];
  const make = (each: readonly SampleFormula[], generatedAt: number) =>
    makeSampleWorld(each, { tags, generatedAt, key: sampleKey() });
  const reporter = createRecordingReporter();
  const server = await startHomebrewUpstream({
    world: () => self.world,
    intercept: (request, response) => {
      requests.push(decodeURIComponent((request.url ?? '').split('?')[0] ?? ''));
      return self.intercept(request, response);
    },
  });
  const http = createHttpClient({ side: 'upstream', userAgent: 'test', retry: QUICK });
  const clock = { now: () => new Date(self.now * 1000), monotonic: () => performance.now() };
  const self: MirrorWorld = {
    apiUrl: server.apiUrl,
    url: server.url,
    requests,
    now: at,
    world: await make(formulae, at),
    intercept: () => false,
    reporter,
    publish: async (each, generatedAt) => {
      self.world = await make(each, generatedAt);
      self.now = generatedAt;
      return self.world;
    },
    ports: (store) => ({
      api: createFormulaeApi({ http, address: server.apiUrl, keys: [sampleKey().publicKey], clock }),
      registry: createBottleRegistry({ http, origin: server.url, clock }),
      store,
      events: reporter,
      clock,
    }),
    sync: (store, entry = entryOf()) =>
      syncBottles(self.ports(store), entry, {
        transfer: { limits: { resumes: 1, restarts: 1, baseDelayMs: 1, maxDelayMs: 1 } },
      }),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await server.close();
    },
  };
  return self;
}

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderMirrorStore } from '../../src/adapters/folder/mirror-store.ts';
import type { HttpClientOptions } from '../../src/adapters/http/contract.ts';
import { createNetworkMirror } from '../../src/adapters/network-mirror/network-mirror.ts';
import { createPublicRegistry } from '../../src/adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../src/adapters/tfe/connect.ts';
import type { SyncPorts } from '../../src/application/sync/ports.ts';
import { DEFAULT_HOSTNAME } from '../../src/domain/provider/address.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Destination } from '../../src/ports/destination.ts';
import type { VersionStore } from '../../src/ports/version-store.ts';
import { createRecordingReporter } from '../fakes/event-reporter.ts';
import { createFakeTokenSource } from '../fakes/token-source.ts';
import { type ChaosProxy, startChaosProxy } from '../support/chaos-proxy.ts';
import { dyingClient } from '../support/dying.ts';
import { dyingStore } from '../support/dying-store.ts';
import { testHttpClient } from '../support/http-client.ts';
import { mirrorClientView } from '../support/mirror-client.ts';
import { embeddedRegistry, sampleRegistry, temporaryFolder } from '../support/registries.ts';
import { registryClientView } from '../support/registry-client-view.ts';
import { type Publisher, type PublisherKeys, startPublisher } from './upstream.ts';

const ANVIL = { hostname: DEFAULT_HOSTNAME, namespace: 'acme', type: 'anvil' };

/** Short enough that a standing connection ends within a test, long enough for a busy machine. */
/** How long a process that meets faults waits, so that silence costs little. */
const HURRIED = { connectMs: 2000, headersMs: 400, idleMs: 400, documentMs: 2000 };

/** How long one waits that meets none, on however busy a machine. */
const PATIENT = { connectMs: 30_000, headersMs: 30_000, idleMs: 30_000, documentMs: 60_000 };

/** What one process has: a sync's ports, whose destinations a cleanup works on as well. */
type ModelProcess = SyncPorts & { readonly destinations: readonly (Destination & VersionStore)[] };

export interface ModelWorld extends AsyncDisposable {
  readonly publisher: Publisher;
  readonly upstream: ChaosProxy;
  readonly destination: ChaosProxy;
  /** The ports of one process. With `dieAfter` every later operation on a destination fails. */
  process(of: { readonly dieAfter?: number | undefined; readonly patient: boolean }): ModelProcess;
  /** What clients could install, judged as they judge, by destination. */
  views(): Promise<Readonly<Record<'registry' | 'mirror', readonly string[]>>>;
  setToken(state: 'revoked' | 'restored'): void;
  turnClock(days: number): void;
}

/** A publisher, its registry, a private registry and a folder mirror: real servers and the real adapters. */
export async function modelWorld(keys: PublisherKeys): Promise<ModelWorld> {
  const stack = new AsyncDisposableStack();
  const publisher = await startPublisher(keys);
  const source = stack.use(await sampleRegistry(publisher.releases));
  const registry = stack.use(await embeddedRegistry());
  const folder = await temporaryFolder();
  stack.defer(async () => await rm(folder, { recursive: true, force: true }));
  const upstream = await startChaosProxy({ target: source.url });
  stack.defer(() => upstream.close());
  const destination = await startChaosProxy({ target: registry.url });
  stack.defer(() => destination.close());
  let now = new Date('2026-11-01T00:00:00Z').getTime();
  let token = registry.token;
  const clock: Clock = { now: () => new Date(now), monotonic: () => performance.now() };
  return {
    publisher,
    upstream,
    destination,
    process: ({ dieAfter, patient }) => {
      const options: Partial<HttpClientOptions> = { timeouts: patient ? PATIENT : HURRIED };
      const reporter = createRecordingReporter();
      const client = stack.use(testHttpClient('destination', options));
      const http = dyingClient(client, dieAfter);
      const store = dyingStore(createFolderMirrorStore(folder), dieAfter);
      return {
        publicRegistry: createPublicRegistry({
          http: stack.use(testHttpClient('upstream', options)),
          addresses: { [DEFAULT_HOSTNAME]: upstream.url },
        }),
        destinations: [
          connectPrivateRegistry({
            name: 'registry',
            http,
            address: destination.url,
            organization: registry.organization,
            token: createFakeTokenSource(token),
            clock,
          }).destination,
          createNetworkMirror({ name: 'mirror', store, clock }),
        ],
        destinationsNamed: true,
        events: reporter,
        progress: reporter,
        clock,
      };
    },
    views: async () => ({
      registry: await registryClientView(registry, 'anvil'),
      mirror: await mirrorClientView(
        async (key) => await readFile(join(folder, key)).catch(() => undefined),
        ANVIL,
      ),
    }),
    setToken: (state) => {
      token = state === 'revoked' ? 'not-the-token' : registry.token;
    },
    turnClock: (days) => {
      now += days * 24 * 60 * 60 * 1000;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

import type { HttpClientOptions } from '../../src/adapters/http/contract.ts';
import { createPublicRegistry } from '../../src/adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../src/adapters/tfe/connect.ts';
import type { SyncPorts } from '../../src/application/sync/ports.ts';
import { DEFAULT_HOSTNAME } from '../../src/domain/provider/address.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { fixedClock } from '../fakes/clock.ts';
import { createRecordingReporter, type RecordingReporter } from '../fakes/event-reporter.ts';
import { createFakeTokenSource } from '../fakes/token-source.ts';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';
import { testHttpClient } from './http-client.ts';
import { embeddedRegistry, installableVersions, sampleRegistry } from './registries.ts';

export interface RealWorld extends AsyncDisposable {
  /** In front of the sample public registry. */
  readonly upstream: ChaosProxy;
  /** In front of the embedded private registry. */
  readonly destination: ChaosProxy;
  readonly reporter: RecordingReporter;
  /** The real adapters over HTTP, as a fresh run of the command has them. */
  freshPorts(options?: Partial<HttpClientOptions>): SyncPorts;
  /** The versions that `terraform init` would be offered, with their platforms. */
  installable(type: string): Promise<Readonly<Record<string, readonly string[]>>>;
}

/** Both registries as real servers, each behind a proxy that can harm requests, and the real adapters. */
export async function realWorld(releases: readonly SampleRelease[]): Promise<RealWorld> {
  const stack = new AsyncDisposableStack();
  const publicServer = stack.use(await sampleRegistry(releases));
  const privateServer = stack.use(await embeddedRegistry());
  const upstream = await startChaosProxy({ target: publicServer.url });
  const destination = await startChaosProxy({ target: privateServer.url });
  stack.defer(() => upstream.close());
  stack.defer(() => destination.close());
  const reporter = createRecordingReporter();
  const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
  return {
    upstream,
    destination,
    reporter,
    freshPorts: (options = {}) => {
      const registry = {
        http: stack.use(testHttpClient('destination', options)),
        address: destination.url,
        organization: privateServer.organization,
        token: createFakeTokenSource(privateServer.token),
      };
      return {
        publicRegistry: createPublicRegistry({
          http: stack.use(testHttpClient('upstream', options)),
          addresses: { [DEFAULT_HOSTNAME]: upstream.url },
        }),
        destinations: [connectPrivateRegistry({ ...registry, clock }).destination],
        destinationsNamed: false,
        events: reporter,
        progress: reporter,
        clock,
      };
    },
    installable: (type) => installableVersions(privateServer, type),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

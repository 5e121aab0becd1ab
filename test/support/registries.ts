import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedRegistryOptions,
  startEmbeddedRegistry,
} from '../../src/adapters/embedded-registry/server.ts';
import type { RunningServer } from '../../src/adapters/http-server/listen.ts';
import type { SampleRelease } from '../../src/adapters/sample-registry/make-release.ts';
import {
  type SampleRegistryOptions,
  startSampleRegistry,
} from '../../src/adapters/sample-registry/server.ts';

export const ORGANIZATION = 'example';
export const TOKEN = 'test-token';

export interface TestRegistry extends RunningServer, AsyncDisposable {
  readonly dataDir: string;
  readonly organization: string;
  readonly token: string;
}

/** An embedded registry on a folder of its own, which goes with it: `await using registry = …`. */
export async function embeddedRegistry(
  options: Partial<EmbeddedRegistryOptions> = {},
): Promise<TestRegistry> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const all = { organization: ORGANIZATION, token: TOKEN, ...options, dataDir };
  const server = await startEmbeddedRegistry(all);
  return {
    ...server,
    dataDir,
    organization: all.organization,
    token: all.token,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A sample public registry: `await using registry = …`. */
export async function sampleRegistry(
  releases: readonly SampleRelease[],
  options: Omit<SampleRegistryOptions, 'releases'> = {},
): Promise<RunningServer & AsyncDisposable> {
  const server = await startSampleRegistry({ ...options, releases });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'provider-sync-test-'));
}

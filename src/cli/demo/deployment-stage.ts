import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderMirrorStore } from '../../adapters/folder/mirror-store.ts';
import { mirrorLockEvidence } from '../../adapters/network-mirror/lock-evidence.ts';
import { lockProviders } from '../../application/lock/lock-providers.ts';
import { parseConfig } from '../../domain/config/parse-config.ts';
import {
  makeNotesRelease,
  NOTES_PLATFORMS,
  readNotesProgram,
} from '../../embedded/sample-provider/release.ts';
import { startSampleRegistry } from '../../embedded/sample-registry/server.ts';
import { makeSigningKey } from '../../embedded/sample-registry/signing-key.ts';
import type { RunSettings } from '../commands/provider-run.ts';
import { systemClock } from '../composition.ts';
import { catalogue, type RunnerSettings } from '../deployment-settings.ts';

export interface DeploymentStage extends AsyncDisposable {
  readonly folder: string;
  readonly registryUrl: string;
  /** Where the notes come to lie. */
  readonly notes: string;
  readonly sync: RunSettings;
  readonly runner: RunnerSettings;
  /** Requests that the registry has seen so far. */
  requests(): number;
  /** Writes the lock file of the kind `example` from the mirror; its text. */
  lock(): Promise<string>;
}

/** A public registry with the sample provider, an empty mirror, and a copy of the catalogue. */
export async function setUpDeploymentStage(options: { readonly keep: boolean }): Promise<DeploymentStage> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-demo-'));
  let seen = 0;
  const release = await makeNotesRelease(
    await makeSigningKey({ name: 'Acme Releases' }),
    await readNotesProgram(),
  );
  const registry = await startSampleRegistry({
    releases: [release],
    intercept: () => {
      seen += 1;
      return false;
    },
  });
  const mirror = join(folder, 'mirror');
  const kinds = join(folder, 'kinds');
  const module = join(kinds, 'example', 'module');
  await cp(join(catalogue(), 'example'), join(kinds, 'example'), { recursive: true });
  await rm(join(module, '.terraform.lock.hcl'), { force: true });
  const config = {
    destinations: [{ name: 'mirror', kind: 'network-mirror', location: mirror }],
    providers: [{ provider: 'notes', namespace: 'acme', version: '1.0.0', platforms: NOTES_PLATFORMS }],
  };
  const text = `${JSON.stringify(config, null, 2)}\n`;
  await writeFile(join(folder, 'config.json'), text);
  const data = join(folder, 'deployments');
  const output = { json: false, jsonLines: false, quiet: true };
  const ledger = join(folder, 'ledger.sqlite');
  const sync: RunSettings = {
    ...output,
    config: parseConfig(text),
    concurrency: undefined,
    network: { caBundle: undefined, httpsProxy: undefined, noProxy: undefined, allowedHosts: [] },
    upstream: { registry: registry.url },
    ledgerFile: ledger,
    destinations: [{ kind: 'network-mirror', name: 'mirror', location: { scheme: 'folder', path: mirror } }],
  };
  return {
    folder,
    registryUrl: registry.url,
    notes: join(folder, 'notes'),
    sync,
    runner: {
      ...output,
      data,
      kinds,
      ledger,
      requests: { file: join(data, 'requests.sqlite') },
      store: undefined,
      mirror: { kind: 'folder', path: mirror },
      program: 'terraform',
    },
    requests: () => seen,
    lock: async () => {
      const store = createFolderMirrorStore(mirror);
      const { text: lock = '' } = await lockProviders(
        { mirrors: [mirrorLockEvidence('mirror', store, systemClock)], others: [] },
        sync.config,
        { file: undefined, only: undefined, platforms: undefined, aliases: () => [], upgrade: false },
      );
      await writeFile(join(module, '.terraform.lock.hcl'), lock);
      return lock;
    },
    async [Symbol.asyncDispose]() {
      await registry.close();
      if (!options.keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

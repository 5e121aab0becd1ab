import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CleanupResult } from '../../src/application/cleanup/results.ts';
import type { StopSignal } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import type { CloudEvent } from '../../src/domain/ledger/entry.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { recordingIo, recordingOutput, runInProcess } from '../support/command-line.ts';
import { embeddedRegistry, sampleRegistry } from '../support/registries.ts';
import { registryHistory, versionsListed } from '../support/registry-history.ts';
import { LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const VERSIONS = ['1.0.0', '1.1.0', '1.2.0'];
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

/** The sample releases in a private registry and in a mirror, brought there by syncs. */
async function twoDestinations() {
  await using stack = new AsyncDisposableStack();
  const key = await makeSigningKey({ name: 'Acme' });
  const releases = await Promise.all(
    VERSIONS.map((version) =>
      makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms: [LINUX], key }),
    ),
  );
  const upstream = stack.use(await sampleRegistry(releases));
  const registry = stack.use(await embeddedRegistry());
  const folder = await temporaryFolder();
  const mirror = join(folder, 'mirror');
  await mkdir(mirror);
  const config = join(folder, 'config.json');
  const write = async (destinations: readonly Record<string, unknown>[], ...versions: readonly string[]) => {
    const anvil = { provider: 'anvil', namespace: 'acme', platforms: [LINUX] };
    const providers = versions.map((version) => ({ ...anvil, version }));
    await writeFile(config, JSON.stringify({ destinations, providers }));
  };
  const both = [
    { name: 'hcp', kind: 'private-registry', address: registry.url, organization: registry.organization },
    { name: 'laptop', kind: 'network-mirror', location: mirror },
  ];
  const command = (name: string, ...args: readonly string[]) =>
    runInProcess([name, config, '--registry', upstream.url, ...args], { TFC_TOKEN: registry.token });
  const inMirror = async () => {
    const index = join(mirror, 'registry.terraform.io/acme/anvil/index.json');
    const { versions } = JSON.parse(await readFile(index, 'utf8')) as { versions: Record<string, unknown> };
    return Object.keys(versions).sort();
  };
  await write(both, ...VERSIONS);
  expect((await command('sync', '--json')).code).toBe(0);
  const running = stack.move();
  return {
    write,
    both,
    command,
    inMirror,
    inRegistry: async () => [...(await versionsListed(registry, 'anvil'))].sort(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

describe('provider-sync cleanup of a private registry and a mirror', () => {
  it('deletes at both by the same rules, and says where', async () => {
    await using world = await twoDestinations();
    await world.write(world.both, 'latest');
    const dry = await world.command('cleanup', '--keep', '1', '--max-share', '1', '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout.split('\n').map(flat).slice(0, 4)).toEqual([
      'PROVIDER DESTINATION VERSION OUTCOME WHY',
      'anvil hcp 1.2.0 keep the config asks for it (latest)',
      'anvil hcp 1.0.0 delete older than the newest stable version',
      'anvil hcp 1.1.0 delete older than the newest stable version',
    ]);
    expect(flat(dry.stdout)).toContain('acme/anvil laptop 1.0.0 delete older');
    expect(dry.stdout).toContain('2 providers checked, 4 versions to delete.');
    const ledger = join(await temporaryFolder(), 'ledger.sqlite');
    const real = ['--keep', '1', '--max-share', '1', '--yes', '--json', '--ledger', ledger];
    const { code, stdout } = await world.command('cleanup', ...real);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as CleanupResult;
    expect(result).toMatchObject({ ok: true, versionsDeleted: 4 });
    expect(result.providers.map(({ destination, deleted }) => [destination, deleted.length])).toEqual([
      ['hcp', 2],
      ['laptop', 2],
    ]);
    expect(await world.inRegistry()).toEqual(['1.2.0']);
    expect(await world.inMirror()).toEqual(['1.2.0']);
    expect((await world.command('verify', '--deep')).code).toBe(0);
    const kept = await runInProcess(['history', '--ledger', ledger, '--json']);
    const { entries } = JSON.parse(kept.stdout) as { entries: readonly { event: CloudEvent }[] };
    expect(entries.map(({ event: { type, subject, data } }) => [type, subject, data])).toEqual(
      expect.arrayContaining(
        [
          ['hcp', 'anvil'],
          ['laptop', 'registry.terraform.io/acme/anvil'],
        ].map(([destination, subject]) => [
          'provider-sync.version.deleted.v1',
          subject,
          expect.objectContaining({ version: '1.0.0', destination }),
        ]),
      ),
    );
    expect(entries).toHaveLength(4);
  });

  it('needs no token where the config names mirrors alone', async () => {
    await using world = await twoDestinations();
    await world.write(world.both.slice(1), 'latest');
    const args = ['--keep', '1', '--max-share', '1', '--yes'];
    expect((await world.command('cleanup', ...args)).code).toBe(0);
    expect(await world.inMirror()).toEqual(['1.2.0']);
    expect(await world.inRegistry()).toEqual(VERSIONS);
  });

  it('cleans the mirror when the private registry refuses the token, and fails', async () => {
    await using world = await twoDestinations();
    const [hcp, laptop] = world.both;
    await world.write([{ ...hcp, organization: 'nobody' }, { ...laptop }], 'latest');
    const args = ['--keep', '1', '--max-share', '1', '--yes'];
    const { code, stdout } = await world.command('cleanup', ...args);
    expect(code).toBe(1);
    expect(flat(stdout)).toContain('hcp OrganizationNotFound: ');
    expect(await world.inMirror()).toEqual(['1.2.0']);
  });
});

describe('Ctrl-C in a cleanup', () => {
  it('ends it as stopped, with what was deleted and what it did not come to', async () => {
    await using history = await registryHistory();
    await history.list('anvil', ...VERSIONS, '2.0.0');
    await history.offer('anvil', '9.0.0-rc1');
    let stop: (signal: StopSignal) => void = () => {};
    const stdout = recordingOutput();
    const stderr = recordingOutput({
      // The first deletion is told of when it is done.
      write: (text) => {
        if (text.includes('1.0.0: deleted')) stop('SIGINT');
      },
    });
    const config = join(await temporaryFolder(), 'config.json');
    const entry = { provider: 'anvil', namespace: 'acme', platforms: [LINUX] };
    await writeFile(config, JSON.stringify(entry));
    const { registry, publicUrl } = history;
    const places = ['--address', registry.url, '--registry', publicUrl];
    const code = await run(
      ['cleanup', config, ...places, '--keep', '1', '--max-share', '1', '--yes', '--json'],
      {
        ...recordingIo({ TFC_ORGANIZATION: registry.organization, TFC_TOKEN: registry.token }),
        stdout,
        stderr,
        onStopSignal: (listener) => {
          stop = listener;
          return () => {};
        },
      },
    );
    expect(code).toBe(130);
    const result = JSON.parse(stdout.text()) as CleanupResult;
    expect(result).toMatchObject({ stopped: true, ok: false, versionsDeleted: 1, versionsToDelete: 2 });
    expect(result.providers[0]?.failed).toEqual([]);
    expect([...(await history.versionsOf('anvil'))].sort()).toEqual(['1.1.0', '1.2.0', '2.0.0']);
  });
});

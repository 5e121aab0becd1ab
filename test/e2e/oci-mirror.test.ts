import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { startSampleRegistry } from '../../src/embedded/sample-registry/server.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { runInProcess } from '../support/command-line.ts';
import { ociClientView } from '../support/oci/client-view.ts';
import { REPOSITORY } from '../support/oci/filled-mirror.ts';
import { PATH } from '../support/oci/mirror-subject.ts';
import { startStandInRegistry } from '../support/oci/stand-in-registry.ts';
import type { Guard } from '../support/oci/token-guard.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const PASSWORD = 'a-password-of-the-robot';

it('a config alone fills an OCI mirror and proves it, with credentials that nothing says', async () => {
  const key = await makeSigningKey({ name: 'Acme' });
  const release = await makeSampleRelease({
    namespace: 'acme',
    type: 'anvil',
    version: '1.0.0',
    platforms: [LINUX, DARWIN],
    key,
  });
  const upstream = await startSampleRegistry({ releases: [release] });
  const guard: Guard = { kind: 'bearer', accepts: `robot:${PASSWORD}`, tokens: new Map() };
  await using registry = await startStandInRegistry({ guard });
  const folder = await temporaryFolder();
  const config = join(folder, 'config.json');
  await writeFile(
    config,
    JSON.stringify({
      destinations: [{ name: 'oci', kind: 'oci-mirror', repository: `http://${registry.host}/${PATH}` }],
      providers: [{ provider: 'anvil', namespace: 'acme', platforms: [LINUX, DARWIN] }],
    }),
  );
  const environment = { OCI_USERNAME: 'robot', OCI_PASSWORD: PASSWORD, HOME: folder };
  const run = async (command: string, ...args: readonly string[]) =>
    await runInProcess([command, config, '--registry', upstream.url, ...args], environment);
  try {
    const outcomes = [await run('plan'), await run('sync'), await run('sync'), await run('verify', '--deep')];
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const said = ['to publish', 'published', 'up to date', 'verified'];
    expect(outcomes.map(({ stdout }, index) => stdout.includes(` ${said[index]} `))).toEqual(
      said.map(() => true),
    );
    expect(JSON.stringify(outcomes)).not.toContain(PASSWORD);
    guard.tokens.set('reader', [`repository:${REPOSITORY}:pull`]);
    const view = await ociClientView(registry.server.url, REPOSITORY, { authorization: 'Bearer reader' });
    expect(view).toEqual(
      release.packages
        .map(({ platform, sha256 }) => `1.0.0 ${platform.os}_${platform.arch} ${sha256}`)
        .toSorted(),
    );
  } finally {
    await upstream.close();
  }
});

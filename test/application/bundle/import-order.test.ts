import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SyncError } from '../../../src/domain/errors.ts';
import { makeSampleRelease } from '../../../src/embedded/sample-registry/make-release.ts';
import { createFakeDestination } from '../../fakes/destination.ts';
import { type ImportOptions, importFrom } from '../../support/bundle-imports.ts';
import {
  bundledReleases,
  digestOf,
  type Member,
  manifestMember,
  writeBundleFolder,
} from '../../support/bundles.ts';
import { anvil, configOf, LINUX } from '../../support/sync-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { bundleMaterial, type Material, pinningConfig } from './material.ts';

const temporaryFolder = temporaryFolders();
let material: Material;
beforeAll(async () => {
  material = await bundleMaterial();
});

const importing = (path: string, options: Partial<ImportOptions> & Pick<ImportOptions, 'history'>) =>
  importFrom(path, { config: pinningConfig(material), ...options });

describe('the order of bundles', () => {
  const made = (day: number, input: object = {}) => [
    manifestMember(material.files, material.versions, {
      created: new Date(Date.UTC(2026, 9, day)),
      ...input,
    }),
    ...material.files,
  ];
  const continuing = (members: readonly Member[]) => ({
    base: {
      manifestSha256: digestOf(members[0]?.bytes ?? Buffer.of()),
      created: new Date(Date.UTC(2026, 9, 1)),
    },
  });

  it('never takes a provider back, unless told to', async () => {
    const folder = await temporaryFolder();
    const history = join(folder, 'history.json');
    const [older, newer] = [
      await writeBundleFolder(made(1), join(folder, 'older')),
      await writeBundleFolder(made(2), join(folder, 'newer')),
    ];
    await importing(older, { history });
    await importing(newer, { history });
    await expect(importing(older, { history })).rejects.toMatchObject({
      code: 'BundleOutOfOrder',
      message: expect.stringContaining('--allow-older') as string,
    });
    expect((await importing(newer, { history })).delivered).toHaveLength(2);
    expect((await importing(older, { history, allowOlder: true })).delivered).toHaveLength(2);
    expect((await importing(newer, { history })).delivered).toHaveLength(2);
  });

  it('lets an older bundle of other providers through', async () => {
    const folder = await temporaryFolder();
    const history = join(folder, 'history.json');
    await importing(await writeBundleFolder(made(2), join(folder, 'newer')), { history });
    const others = await bundledReleases([
      await makeSampleRelease({
        namespace: 'acme',
        type: 'hammer',
        version: '1.0.0',
        platforms: [LINUX],
        key: material.acme,
      }),
    ]);
    const older = [
      manifestMember(others.files, others.versions, { created: new Date(Date.UTC(2026, 9, 1)) }),
      ...others.files,
    ];
    const path = await writeBundleFolder(older, join(folder, 'older'));
    const config = configOf({ ...anvil(), provider: 'hammer' });
    expect((await importing(path, { history, config })).delivered).toEqual(['hammer 1.0.0']);
  });

  it('refuses a bundle whose base was never imported, also with --allow-older', async () => {
    const folder = await temporaryFolder();
    const history = join(folder, 'history.json');
    const base = made(1);
    const delta = await writeBundleFolder(made(2, continuing(base)), join(folder, 'delta'));
    for (const allowOlder of [false, true]) {
      await expect(importing(delta, { history, allowOlder })).rejects.toMatchObject({
        code: 'BundleOutOfOrder',
        message: expect.stringContaining('never imported whole') as string,
      });
    }
    await importing(await writeBundleFolder(base, join(folder, 'base')), { history });
    expect((await importing(delta, { history })).delivered).toHaveLength(2);
  });

  it('counts a bundle as imported when all of it arrived, not before', async () => {
    const folder = await temporaryFolder();
    const history = join(folder, 'history.json');
    const base = made(1);
    const [first, delta] = [
      await writeBundleFolder(base, join(folder, 'base')),
      await writeBundleFolder(made(2, continuing(base)), join(folder, 'delta')),
    ];
    const destination = createFakeDestination({
      onOperation: ({ kind, id }) => {
        if (kind === 'commit' && id.endsWith('1.1.0')) throw new SyncError('DestinationRejected', 'no room');
      },
    });
    expect((await importing(first, { history, destination })).delivered).toEqual(['anvil 1.0.0']);
    await expect(importing(delta, { history })).rejects.toMatchObject({ code: 'BundleOutOfOrder' });
    const mended = createFakeDestination({ state: destination.state });
    expect((await importing(first, { history, destination: mended })).delivered).toEqual(['anvil 1.1.0']);
    expect((await importing(delta, { history })).delivered).toHaveLength(2);
  });

  it('refuses a record that cannot be read instead of beginning anew', async () => {
    const folder = await temporaryFolder();
    const history = join(folder, 'history.json');
    await writeFile(history, '{"format":1}');
    const path = await writeBundleFolder(made(1), join(folder, 'bundle'));
    await expect(importing(path, { history })).rejects.toMatchObject({ code: 'SettingsInvalid' });
  });
});

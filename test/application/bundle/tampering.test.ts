import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createFakeDestination } from '../../fakes/destination.ts';
import { BUNDLE_FORMS, type ImportOptions } from '../../support/bundle-imports.ts';
import { writeBundleTar } from '../../support/bundles.ts';
import { anvil, configOf, weather } from '../../support/sync-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { bundleMaterial, importPinned, type Material, whole } from './material.ts';
import { TAMPERINGS } from './tamperings.ts';

const temporaryFolder = temporaryFolders();
let material: Material;
beforeAll(async () => {
  material = await bundleMaterial();
});

const importing = async (path: string, options: Partial<ImportOptions> = {}) =>
  await importPinned(material, await temporaryFolder(), path, options);

describe.each(BUNDLE_FORMS)('a bundle that is a %s', (form, write) => {
  it('is imported when nothing was done to it', async () => {
    const path = await write(whole(material), join(await temporaryFolder(), 'bundle'));
    expect(await importing(path)).toEqual({
      delivered: ['anvil 1.0.0', 'anvil 1.1.0'],
      remarks: [],
      skipped: [],
    });
  });

  it.each(TAMPERINGS.filter(({ only }) => only === undefined || only === form))(
    'with $what is refused with $code, and nothing is delivered',
    async ({ members, code, says }) => {
      const path = await write(members(material), join(await temporaryFolder(), 'bundle'));
      const destination = createFakeDestination();
      await expect(importing(path, { destination })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(says) as string,
      });
      expect(destination.operations).toEqual([]);
    },
  );

  it('made by somebody else is taken where no key is pinned, and that is said', async () => {
    const path = await write(material.forged, join(await temporaryFolder(), 'bundle'));
    const { delivered, remarks } = await importing(path, { config: configOf(anvil('>= 1.0.0')) });
    expect(delivered).toHaveLength(2);
    expect(remarks).toEqual([expect.stringMatching(/pins no signing key for .*acme\/anvil/)]);
  });

  it('delivers what the config asks for, and says what it does not', async () => {
    const path = await write(whole(material), join(await temporaryFolder(), 'bundle'));
    expect(await importing(path, { config: configOf(anvil('1.1.0'), weather()) })).toMatchObject({
      delivered: ['anvil 1.1.0'],
      skipped: ['1.0.0: the config does not ask for this version'],
    });
    const elsewhere = configOf(anvil('1.1.0', [{ os: 'windows', arch: 'amd64' }]));
    expect(await importing(path, { config: elsewhere })).toMatchObject({
      delivered: [],
      skipped: [
        expect.stringContaining('1.0.0: '),
        '1.1.0: the bundle has linux_amd64, darwin_arm64, of which the config asks for none',
      ],
    });
  });
});

describe('a tar', () => {
  it('cut at any member is refused, and nothing is delivered', async () => {
    const path = await writeBundleTar(whole(material), join(await temporaryFolder(), 'bundle.tar'));
    const bytes = await readFile(path);
    for (let part = 0; part < 8; part += 1) {
      await writeFile(path, bytes.subarray(0, Math.floor((bytes.length / 8) * part) + 7));
      const destination = createFakeDestination();
      await expect(importing(path, { destination })).rejects.toMatchObject({ code: 'BundleInvalid' });
      expect(destination.operations).toEqual([]);
    }
  });

  it('padded with zeros is refused', async () => {
    const path = await writeBundleTar(whole(material), join(await temporaryFolder(), 'bundle.tar'));
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(10_240)]));
    await expect(importing(path)).rejects.toMatchObject({
      message: expect.stringContaining('10240 bytes follow behind its end') as string,
    });
  });
});

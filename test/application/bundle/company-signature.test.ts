import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readVerifyKeyFile, signManifest } from '../../../src/adapters/bundle/company-signature.ts';
import { BUNDLE_FORMS, type ImportOptions } from '../../support/bundle-imports.ts';
import type { Member } from '../../support/bundles.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { bundleMaterial, importPinned, type Material, whole } from './material.ts';

const temporaryFolder = temporaryFolders();
let material: Material;
beforeAll(async () => {
  material = await bundleMaterial();
});

const importing = async (path: string, options: Partial<ImportOptions> = {}) =>
  await importPinned(material, await temporaryFolder(), path, options);

describe('the company’s own signature', () => {
  const keys = () => generateKeyPairSync('ed25519');

  async function signed(key: ReturnType<typeof keys>, members = whole(material)) {
    const [manifest, ...others] = members as [Member, ...Member[]];
    const signature = Buffer.from(signManifest(manifest.bytes, key.privateKey));
    return [manifest, { name: 'manifest.json.sig', bytes: signature }, ...others];
  }

  it.each(BUNDLE_FORMS)('over a %s is asked for by --verify-key, and must hold', async (_, write) => {
    const folder = await temporaryFolder();
    const [own, other] = [keys(), keys()];
    const pem = join(folder, 'own.pem');
    await writeFile(pem, own.publicKey.export({ type: 'spki', format: 'pem' }));
    const at = (name: string) => join(folder, name);
    const good = await write(await signed(own), at('good'));
    expect((await importing(good, { verifyKey: pem })).delivered).toHaveLength(2);
    expect((await importing(good)).delivered).toHaveLength(2);
    const unsigned = await write(whole(material), at('unsigned'));
    await expect(importing(unsigned, { verifyKey: pem })).rejects.toMatchObject({
      message: expect.stringContaining('it is not signed') as string,
    });
    const foreign = await write(await signed(other), at('foreign'));
    await expect(importing(foreign, { verifyKey: pem })).rejects.toMatchObject({
      message: expect.stringContaining('is not by the key that --verify-key names') as string,
    });
  });

  it.each([
    ['nothing', ''],
    ['a private key', () => keys().privateKey.export({ type: 'pkcs8', format: 'pem' })],
    [
      'a key of another kind',
      () =>
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
    ],
  ])('is not verified with %s', async (_, contents) => {
    const path = join(await temporaryFolder(), 'key.pem');
    await writeFile(path, typeof contents === 'string' ? contents : contents());
    await expect(readVerifyKeyFile(path)).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
  });
});

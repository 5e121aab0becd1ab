import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readCaBundle } from '../../../src/adapters/local/ca-bundle.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const [first = '', second = ''] = rootCertificates;
const broken = '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----';

describe('a CA bundle', () => {
  const temporaryFolder = temporaryFolders();

  it('is handed out whole, comments between its certificates included', async () => {
    const path = join(await temporaryFolder(), 'ca.pem');
    const text = `# ours\n${first}\n# theirs\n${second}\n`;
    await writeFile(path, text);
    expect(await readCaBundle(path)).toBe(text);
  });

  it.each([
    { what: 'nothing', text: '', message: 'holds no certificate' },
    { what: 'something else', text: 'BEGIN CERTIFICATE', message: 'holds no certificate' },
    { what: 'a broken second certificate', text: `${first}\n${broken}`, message: 'Certificate 2 of' },
  ])('is refused when it holds $what', async ({ text, message }) => {
    const path = join(await temporaryFolder(), 'ca.pem');
    await writeFile(path, text);
    await expect(readCaBundle(path)).rejects.toMatchObject({
      code: 'CaBundleUnreadable',
      message: expect.stringContaining(message),
    });
  });

  it('is refused when the file does not exist', async () => {
    const path = join(await temporaryFolder(), 'absent.pem');
    await expect(readCaBundle(path)).rejects.toMatchObject({
      code: 'CaBundleUnreadable',
      message: `The CA bundle ${path} does not exist.`,
    });
  });
});

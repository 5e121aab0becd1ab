import { chmod, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileConfigSource } from '../../../src/adapters/local/file-config-source.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

describe('the configuration file', () => {
  const temporaryFolder = temporaryFolders();

  it('is handed out as its text, without a byte order mark', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    await writeFile(path, '\uFEFF{"provider":"añb"}');
    const source = createFileConfigSource(path);
    expect(source.location).toBe(path);
    expect(await source.read()).toBe('{"provider":"añb"}');
  });

  it('is reported as not found, with its path, when it does not exist', async () => {
    const path = join(await temporaryFolder(), 'absent.json');
    await expect(createFileConfigSource(path).read()).rejects.toMatchObject({
      code: 'ConfigNotFound',
      message: `The configuration file ${path} does not exist. Name another file, or create this one.`,
    });
  });

  it('is reported as not found when a part of its path is a file', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(createFileConfigSource(join(file, 'config.json')).read()).rejects.toMatchObject({
      code: 'ConfigNotFound',
    });
  });

  it('is reported as a directory when it is one', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    await mkdir(path);
    await expect(createFileConfigSource(path).read()).rejects.toMatchObject({
      code: 'ConfigNotFound',
      message: expect.stringContaining('is a directory'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('is reported as denied when this user may not read it', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    await writeFile(path, '{}');
    await chmod(path, 0o000);
    await expect(createFileConfigSource(path).read()).rejects.toMatchObject({ code: 'ConfigUnreadable' });
  });

  it('is read up to 1 MiB and not a byte more', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    const size = 1024 * 1024;
    await writeFile(path, '');
    await truncate(path, size);
    expect((await createFileConfigSource(path).read()).length).toBe(size);
    await truncate(path, size + 1);
    await expect(createFileConfigSource(path).read()).rejects.toMatchObject({
      code: 'ConfigTooLarge',
      message: expect.stringContaining('at most 1 MiB is read'),
    });
  });
});

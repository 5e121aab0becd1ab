import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE_FORMAT } from '../../../src/domain/catalogue/form/pointer.ts';
import type { ProviderDetail } from '../../../src/domain/catalogue/form/provider.ts';
import { temporaryFolders } from '../temporary-folders.ts';
import { sampleCatalogue, sampleFiles, writeSample } from './sample.ts';

const temporary = temporaryFolders();

describe('the sample data of a catalogue', () => {
  const sample = sampleCatalogue({ providers: 40, versions: 6, hostile: true });
  const files = sampleFiles(sample);

  it('has every file that its pointer and its overview name', () => {
    const { pointer, overview } = sample;
    const named = [
      pointer.overview,
      pointer.happenings,
      pointer.plots,
      ...overview.providers.map(({ detail }) => detail),
    ];
    expect(named.filter((path) => !files.has(path))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('tells of each row what its detail says', () => {
    for (const row of sample.overview.providers) {
      const text = files.get(row.detail) ?? '';
      expect(createHash('sha256').update(text).digest('hex')).toBe(row.detailSha256);
      const detail = JSON.parse(text) as ProviderDetail;
      expect(detail).toMatchObject({ format: CATALOGUE_FORMAT, address: row.address });
      expect(detail.versions.filter(({ states }) => states.includes('available'))).toHaveLength(row.versions);
    }
  });

  it('lies in a folder as it is served', async () => {
    const folder = await temporary();
    await writeSample(folder, sample);
    const pointer = JSON.parse(await readFile(join(folder, 'catalogue.json'), 'utf8'));
    expect(JSON.parse(await readFile(join(folder, pointer.overview), 'utf8'))).toEqual(sample.overview);
  });
});

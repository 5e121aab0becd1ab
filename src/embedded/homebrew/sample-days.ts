import { makeSampleWorld, type SampleFormula, type SampleKey, type SampleWorld } from './world.ts';

const TAGS = ['arm64_tahoe', 'x86_64_linux'];
const DAY = 86_400;

const FIRST: readonly SampleFormula[] = [
  {
    name: 'hello',
    version: '1.0',
    tags: ['arm64_tahoe', 'x86_64_linux'],
    dependencies: ['libhello@3', 'hello+plus'],
    bytes: 200_000,
  },
  {
    name: 'libhello@3',
    version: '3.1',
    revision: 1,
    rebuild: 2,
    tags: ['arm64_sonoma', 'x86_64_linux'],
    usesFromMacos: ['zlib'],
    bytes: 50_000,
  },
  { name: 'hello+plus', version: '2.0', tags: ['all'] },
  { name: 'zlib', version: '1.3.1', tags: ['arm64_tahoe', 'x86_64_linux'], bytes: 20_000 },
];

/** Two days of the sample upstream: on the second, hello is 1.1. The first is at `generatedAt`, seconds since 1970. */
export async function sampleDays(
  key: SampleKey,
  generatedAt: number,
): Promise<readonly [SampleWorld, SampleWorld]> {
  const second = FIRST.map((formula) =>
    formula.name === 'hello' ? { ...formula, version: '1.1' } : formula,
  );
  return [
    await makeSampleWorld(FIRST, { tags: TAGS, generatedAt, key }),
    await makeSampleWorld(second, { tags: TAGS, generatedAt: generatedAt + DAY, key }),
  ];
}

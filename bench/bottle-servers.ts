// The upstream of the bottles' benchmark in a process of its own. Its bottles are windows of one block of noise.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { startHomebrewUpstream } from '../src/embedded/homebrew/server.ts';
import { makeSampleKey, makeSampleWorld, type SampleFormula } from '../src/embedded/homebrew/world.ts';
import { startStrictS3 } from '../test/support/strict-s3.ts';
import type { BottleServersOptions, BottleServersReady } from './bottles.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as BottleServersOptions;
const largest = Math.max(...options.sizes);
const noise = createHash('shake256', {
  outputLength: largest + options.sizes.length * options.tags.length * 64,
})
  .update('bottles')
  .digest();
const formulae: readonly SampleFormula[] = options.sizes.map((size, index) => ({
  name: `formula${index}`,
  version: '1.0',
  tags: options.tags,
  dependencies: index === 0 ? [] : [`formula${index - 1}`],
  contents: (tag) => {
    const at = (index * options.tags.length + options.tags.indexOf(tag)) * 64;
    return noise.subarray(at, at + size);
  },
}));
// As many bytes as the real API's descriptions, which nobody needs.
const padding: readonly SampleFormula[] = Array.from({ length: options.paddingFormulae }, (_, index) => ({
  name: `padding${index}`,
  version: noise.subarray(index, index + 60).toString('hex'),
  tags: [],
  more: {
    // One letter beyond Latin-1, as there are some in the real one, doubles the memory of a text.
    desc: `${index} \u017e`.padEnd(options.paddingBytes, ' padding'),
    executables: Array.from({ length: 30 }, (_, at) => `padding${at}`),
  },
}));
const key = makeSampleKey();
const world = await makeSampleWorld([...formulae, ...padding], {
  tags: options.tags,
  generatedAt: Math.floor(Date.now() / 1000),
  key,
});
let requests: string[] = [];
const server = await startHomebrewUpstream({
  world: () => world,
  intercept: (request, response) => {
    if (request.url === '/requests') {
      response.end(JSON.stringify(requests));
      requests = [];
      return true;
    }
    requests.push(request.url ?? '');
    return false;
  },
});
await writeFile(options.keyFile, JSON.stringify({ kty: 'RSA', ...key.publicKey }));
const s3 = await startStrictS3();
const blobs = [...world.blobs].map(([digest, bytes]) => ({
  url: `${server.url}/cdn/${digest}`,
  bytes: bytes.length,
}));
const apiBytes = Math.max(...[...world.api.values()].map(({ length }) => length));
const ready: BottleServersReady = { url: server.url, apiUrl: server.apiUrl, blobs, apiBytes, s3Url: s3.url };
process.send?.(ready);
process.once('disconnect', () => void server.close().then(() => process.exit(0)));

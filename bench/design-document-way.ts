// The yardstick of the design document: five providers at a time, each provider's platforms one after another,
// each package downloaded to disk, then hashed, then uploaded.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import { type PackageLinks, registerProvider } from './api.ts';
import type { ServersReady } from './scenario.ts';

const { registries, providers } = JSON.parse(process.argv[2] ?? '{}') as {
  registries: ServersReady & { token: string };
  providers: readonly string[];
};
const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bench-'));
await pLimit(5).map(providers, async (type) => {
  for (const [index, links] of (await registerProvider(registries, type)).entries()) {
    await bringAcross(links, path.join(folder, `${type}-${index}.zip`));
  }
});
await rm(folder, { recursive: true });

async function bringAcross({ downloadUrl, uploadUrl, sha256 }: PackageLinks, file: string): Promise<void> {
  const download = await fetch(downloadUrl);
  if (!download.ok || download.body === null) throw new Error(`download answered ${download.status}`);
  await pipeline(Readable.fromWeb(download.body), createWriteStream(file));
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') !== sha256) throw new Error(`${file} has another digest`);
  const { size } = await stat(file);
  const handle = await open(file);
  const upload = await fetch(uploadUrl, {
    method: 'PUT',
    headers: { 'content-length': String(size) },
    body: handle.readableWebStream() as ReadableStream,
    duplex: 'half',
  });
  if (!upload.ok) throw new Error(`upload answered ${upload.status}`);
  await handle.close();
  await rm(file);
}

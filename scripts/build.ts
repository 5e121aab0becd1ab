import { chmod, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { writeCataloguePage } from './build-catalogue.ts';
import { buildSampleProvider } from './build-sample-provider.ts';

/**
 * Packages and all: few files load in two thirds of the time of many. The command itself is a small file in words that
 * any Node reads, so that one too old can say so; all else is in the files that it loads.
 */
const [folder = 'dist', metafile] = process.argv.slice(2);
await rm(folder, { recursive: true, force: true });
const built = await build({
  // The second is a thread of the command's, and lies beside what starts it.
  entryPoints: {
    'provider-sync': 'src/cli/main.ts',
    'schema-worker': 'src/adapters/json-schema/schema-worker.ts',
  },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'provider-sync-[hash]',
  splitting: true,
  bundle: true,
  platform: 'node',
  target: 'node22',
  // What is CommonJS has no names of its own where it is loaded only when it is needed, as the clients of AWS are.
  mainFields: ['module', 'main'],
  format: 'esm',
  sourcemap: 'linked',
  // Some packages are CommonJS and ask for Node's modules by require.
  banner: {
    js: [
      '#!/usr/bin/env node',
      'import { createRequire as requireFor } from "node:module";',
      'const require = requireFor(import.meta.url);',
    ].join('\n'),
  },
  // What is packed leaves its source maps and its indentation behind; names stay, so that a stack can be read.
  minifyWhitespace: metafile !== undefined,
  metafile: metafile !== undefined,
  logLevel: 'warning',
});
await buildSampleProvider(`${folder}/sample-provider.cjs`);
// What went into the bundle, for whoever packs it.
if (metafile !== undefined) await writeFile(metafile, JSON.stringify(built.metafile));
// The page that "catalogue" writes beside the data.
await writeCataloguePage(path.join(folder, 'catalogue'));
const outfile = `${folder}/provider-sync.mjs`;
await chmod(outfile, 0o755);
if (folder === 'dist') await linkForNpx('node_modules/.bin/provider-sync');

/** In a checkout `npx provider-sync` finds this link at once; without it npx goes through a cache of its own. */
async function linkForNpx(link: string): Promise<void> {
  if (process.platform === 'win32') return;
  await rm(link, { force: true });
  await symlink(`../../${outfile}`, link);
}

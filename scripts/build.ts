import { chmod, rm, symlink } from 'node:fs/promises';
import { build } from 'esbuild';

const outfile = 'dist/provider-sync.mjs';
await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/main.ts'],
  outfile,
  bundle: true,
  // Packages stay outside the bundle: an installed command has them in node_modules.
  packages: 'external',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  sourcemap: true,
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
await linkForNpx('node_modules/.bin/provider-sync');

/** In a checkout `npx provider-sync` finds this link at once; without it npx goes through a cache of its own. */
async function linkForNpx(link: string): Promise<void> {
  if (process.platform === 'win32') return;
  await rm(link, { force: true });
  await symlink(`../../${outfile}`, link);
}

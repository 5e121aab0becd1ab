import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

// Packages stay outside the bundle: an installed command has them in node_modules.
const outfile = 'dist/provider-sync.mjs';
await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/main.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node22',
  format: 'esm',
  sourcemap: true,
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
await chmod(outfile, 0o755);

import { build } from 'esbuild';

/**
 * The sample provider as one script that any Node from 20 on runs, whatever its file is called. The same sources give
 * the same bytes: a lock file names their digest.
 */
export async function buildSampleProvider(outfile: string): Promise<void> {
  await build({
    entryPoints: ['src/embedded/sample-provider/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  });
}

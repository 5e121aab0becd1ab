import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { thirdPartyNotices } from './notices.ts';
import { packed, projectManifest } from './schema.ts';

const run = promisify(execFile);

/** What goes in beside the program. */
const DOCUMENTS = ['docs', 'schema', 'terraform', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/**
 * Packs the command into `folder` and returns the tarball's path. From a staging folder with a manifest of its own: the
 * project's would bring 70 packages that the bundle has in it already, and a `prepare` script, which npm takes for an
 * install script. `repository` is `OWNER/NAME` where a fork packs its own.
 */
export async function packCommand(folder: string, repository?: string): Promise<string> {
  const staging = await mkdtemp(path.join(tmpdir(), 'provider-sync-pack-'));
  try {
    const metafile = path.join(staging, 'metafile.json');
    await run(process.execPath, ['scripts/build.ts', path.join(staging, 'all/dist'), metafile]);
    // Its source maps are three times its size and lead to files that are not in it.
    await cp(path.join(staging, 'all/dist'), path.join(staging, 'package/dist'), {
      recursive: true,
      filter: (source) => !source.endsWith('.map'),
    });
    for (const name of DOCUMENTS) {
      await cp(name, path.join(staging, 'package', name), { recursive: true });
    }
    await writeFile(path.join(staging, 'package/THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices(metafile));
    await writeFile(path.join(staging, 'package/package.json'), await manifest(repository));
    await mkdir(folder, { recursive: true });
    const destination = path.resolve(folder);
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
      {
        cwd: path.join(staging, 'package'),
      },
    );
    const [{ filename } = { filename: '' }] = packed.parse(JSON.parse(stdout));
    return path.join(destination, filename);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function manifest(repository: string | undefined): Promise<string> {
  const own = projectManifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
  const url = repository === undefined ? own.repository.url : `git+https://github.com/${repository}.git`;
  return `${JSON.stringify(
    {
      ...own,
      repository: { ...own.repository, url },
      files: ['dist', ...DOCUMENTS, 'THIRD-PARTY-NOTICES.txt'],
    },
    null,
    2,
  )}\n`;
}

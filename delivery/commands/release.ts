// Usage: node delivery/commands/release.ts vVERSION FOLDER
// Makes what a release consists of: the command as an npm tarball, the built SAM application, a list of what is in them
// (CycloneDX), checksums, and notes from the history. Needs `sam build` to have run.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { job } from '../github/job.ts';
import { packCommand } from '../package/pack.ts';
import { changesOf, releaseNotes } from '../package/release-notes.ts';
import { projectManifest, softwareBill } from '../package/schema.ts';

const run = promisify(execFile);

await job(async () => {
  const [tag = '', folder = 'release'] = process.argv.slice(2);
  const { name, version } = projectManifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, and package.json says ${version}.`);
  const notes = releaseNotes(
    changesOf(await readFile('CHANGELOG.md', 'utf8'), version),
    ...(await history(tag)),
  );

  await packCommand(folder, process.env['GITHUB_REPOSITORY']);
  const application = path.join(folder, `${name}-sam-${version}.tar.gz`);
  await run('tar', ['--create', '--gzip', '--file', application, '--directory', '.aws-sam/build', '.']);
  // Of the project: the tarball has its packages inside, and its manifest names none.
  const { stdout } = await run(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  // npm gives the component the folder's name.
  const sbom = softwareBill.parse(JSON.parse(stdout));
  sbom.metadata.component.name = name;
  await writeFile(path.join(folder, `${name}-${version}.cdx.json`), `${JSON.stringify(sbom, null, 2)}\n`);
  const files = (await readdir(folder)).toSorted();
  const sums = await Promise.all(files.map((file) => checksum(folder, file)));
  await writeFile(path.join(folder, 'SHA256SUMS'), sums.join(''));
  await writeFile(path.join(folder, 'notes.md'), notes);
  console.log([...files, 'SHA256SUMS', 'notes.md'].join('\n'));
});

/** The subjects of the commits that this tag adds, and the tag before it. */
async function history(tag: string): Promise<[readonly string[], string | undefined]> {
  const { stdout: tags } = await run('git', [
    'tag',
    '--list',
    'v*',
    '--sort=-version:refname',
    '--merged',
    'HEAD',
  ]);
  const previous = tags.split('\n').find((name) => name !== '' && name !== tag);
  const range = previous === undefined ? 'HEAD' : `${previous}..HEAD`;
  const { stdout } = await run('git', ['log', '--format=%s', '--no-merges', range], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return [stdout.split('\n').filter((line) => line !== ''), previous];
}

async function checksum(folder: string, file: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(path.join(folder, file)));
  return `${hash.digest('hex')}  ${file}\n`;
}

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AwsError, aws, runThrough } from '../cloudformation/aws-cli.ts';
import { listedObjects, type Manifest, manifest } from './schema.ts';

const TEMPLATE = 'packaged.yaml';
const MANIFEST = 'manifest.json';

export interface ArtifactPlace {
  readonly bucket: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
}

function prefixOf({ commit }: ArtifactPlace): string {
  if (!/^[0-9a-f]{40}$/.test(commit))
    throw new Error(`"${commit}" is no commit: give all 40 digits (git rev-parse).`);
  return `releases/${commit}`;
}

/** Where CloudFormation reads the template of a release. */
export function templateUrl(place: ArtifactPlace): string {
  const region = process.env['AWS_REGION'];
  if (region === undefined || region === '') throw new Error('AWS_REGION is not set.');
  return `https://${place.bucket}.s3.${region}.amazonaws.com/${prefixOf(place)}/${TEMPLATE}`;
}

/**
 * Uploads what `sam build` made under the commit, and the manifest of it last. A commit that is there already stays as
 * it is: it is built once, and what dev ran is what prod gets.
 */
export async function publishArtifact(
  place: ArtifactPlace,
  builtTemplate: string,
): Promise<'published' | 'present'> {
  const prefix = prefixOf(place);
  return inFolder(async (folder) => {
    if ((await readManifest(place, folder)) !== undefined) return 'present';
    const packaged = path.join(folder, TEMPLATE);
    await runThrough('sam', [
      'package',
      '--template-file',
      builtTemplate,
      '--output-template-file',
      packaged,
      '--s3-bucket',
      place.bucket,
      '--s3-prefix',
      prefix,
      '--no-progressbar',
      // samconfig.toml has a bucket of its own for deployments by hand.
      '--no-resolve-s3',
    ]);
    await put(place, TEMPLATE, packaged);
    const answer = await aws('s3api', 'list-objects-v2', '--bucket', place.bucket, '--prefix', `${prefix}/`);
    const names = listedObjects
      .parse(answer ?? {})
      .Contents.map(({ Key }) => Key.slice(prefix.length + 1))
      .toSorted();
    const files: Record<string, string> = {};
    for (const name of names) files[name] = await sha256Of(place, name, folder);
    const document: Manifest = { commit: place.commit, files };
    const file = path.join(folder, MANIFEST);
    await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
    await put(place, MANIFEST, file, '--if-none-match', '*');
    return 'published';
  });
}

/** Throws unless every file of the release is there, byte for byte. Returns its template. */
export function verifiedTemplate(place: ArtifactPlace): Promise<string> {
  return inFolder(async (folder) => {
    const found = await readManifest(place, folder);
    if (found === undefined) {
      throw new Error(
        `s3://${place.bucket}/${prefixOf(place)} holds no release: the commit was never built on the main branch, or its files were removed.`,
      );
    }
    if (found.commit !== place.commit || found.files[TEMPLATE] === undefined) {
      throw new Error(`The manifest of ${place.commit} is that of another release.`);
    }
    for (const [name, expected] of Object.entries(found.files)) {
      const actual = await sha256Of(place, name, folder);
      if (actual !== expected) {
        throw new Error(
          `${name} of release ${place.commit} was changed after it was published: SHA-256 ${actual}, expected ${expected}. Nothing was deployed.`,
        );
      }
    }
    return readFile(path.join(folder, TEMPLATE), 'utf8');
  });
}

async function readManifest(place: ArtifactPlace, folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, MANIFEST);
  try {
    await get(place, MANIFEST, file);
  } catch (error) {
    if (error instanceof AwsError && ['NoSuchKey', '404'].includes(error.code)) return undefined;
    throw error;
  }
  return manifest.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function sha256Of(place: ArtifactPlace, name: string, folder: string): Promise<string> {
  const file = path.join(folder, name);
  await get(place, name, file);
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function get(place: ArtifactPlace, name: string, file: string): Promise<void> {
  await aws('s3api', 'get-object', '--bucket', place.bucket, '--key', `${prefixOf(place)}/${name}`, file);
}

async function put(
  place: ArtifactPlace,
  name: string,
  file: string,
  ...more: readonly string[]
): Promise<void> {
  const key = `${prefixOf(place)}/${name}`;
  await aws('s3api', 'put-object', '--bucket', place.bucket, '--key', key, '--body', file, ...more);
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-release-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentStore } from '../../ports/deployment-store.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NAME = /^[\w.-]+(?:\/[\w.-]+)*$/;

/**
 * A folder of this machine, for its owner alone: states in `state/` as Terraform itself writes them, everything else
 * encrypted (AES-256-GCM) by the key in `key`.
 */
export function createFolderDeployments(root: string): DeploymentStore {
  const folder = resolve(root);
  const statePath = (id: string): string => join(folder, 'state', checked(id), 'terraform.tfstate');
  const keptPath = (name: string): string => join(folder, 'kept', checked(name));
  return {
    location: folder,
    stateKey: statePath,
    backend: (id) => ({ type: 'local', config: { path: statePath(id) } }),
    readState: (id) => failing(folder, async () => (await readIfThere(statePath(id)))?.toString('utf8')),
    // An operating system's lock, which ends with its process.
    readLock: async () => undefined,
    put: (name, bytes) =>
      failing(folder, async () => {
        const path = keptPath(name);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
        await writeFile(temporary, encrypt(await keyOf(folder), bytes, name), { mode: 0o600 });
        await rename(temporary, path);
      }),
    get: (name) =>
      failing(folder, async () => {
        const bytes = await readIfThere(keptPath(name));
        return bytes && decrypt(await keyOf(folder), bytes, name);
      }),
    remove: (name) => failing(folder, () => rm(keptPath(name), { force: true })),
  };
}

function checked(name: string): string {
  if (NAME.test(name) && !name.split('/').some((part) => /^\.+$/.test(part))) return name;
  throw new SyncError('InternalError', `"${name}" is no name in the store of deployments.`);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Made by whoever needs it first. */
async function keyOf(folder: string): Promise<Buffer> {
  const path = join(folder, 'key');
  const there = await readIfThere(path);
  if (there?.length === KEY_BYTES) return there;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const made = await readFile(path);
  if (made.length === KEY_BYTES) return made;
  throw new SyncError(
    'ServiceUnreachable',
    `${path} is no key. Nothing that it encrypted can be read without the right one.`,
  );
}

/** The name is bound to the contents: one plan cannot be put in the place of another. */
function encrypt(key: Buffer, bytes: Uint8Array, name: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bytes: Buffer, name: string): Buffer {
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(
      Buffer.from(name),
    );
    cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()]);
  } catch (cause) {
    throw new SyncError(
      'StateRefused',
      `${name} in the store of deployments was changed, or is of another key.`,
      { cause },
    );
  }
}

async function failing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SyncError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new SyncError(
      'ServiceUnreachable',
      `The folder of deployments ${folder} cannot be used (${code}).`,
      {
        cause: error,
      },
    );
  }
}

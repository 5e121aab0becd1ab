import type { KeyObject } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { type BundleManifest, holdingsAfter } from '../../domain/bundle/manifest.ts';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { formatAddress, sameAddress } from '../../domain/provider/address.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import type { BundleDraft } from '../../ports/bundle.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { folderFailure, systemCode } from '../folder/failures.ts';
import { createFolderMirrorStore } from '../folder/mirror-store.ts';
import { createBundleDestination } from './bundle-destination.ts';
import { digestOf, readDrafted, readDraftedDocuments } from './bundled-versions.ts';
import { signManifest } from './company-signature.ts';
import { lockDraft } from './draft-lock.ts';
import { createDraftStore } from './draft-store.ts';
import { writeManifest } from './manifest-document.ts';
import { publishFolder, publishTar, type Writing } from './write-bundle.ts';

export interface DraftOptions {
  /** Where the bundle is to be: a tar when the name ends in `.tar`, else a folder. */
  readonly target: string;
  /** The earlier bundle that this one continues. */
  readonly base: { readonly manifest: BundleManifest; readonly manifestSha256: Sha256 } | undefined;
  readonly signingKey: KeyObject | undefined;
  readonly toolVersion: string;
  readonly clock: Clock;
}

/** Which base a draft was begun for: another one leaves other things out. */
const BASE_MARK = '.base';

/**
 * Begins a bundle, or goes on with one that was begun for the same target and died: it is filled in a folder beside
 * the target. Throws ArgumentsInvalid when something is at the target already, or another export writes there.
 */
export async function openDraft(options: DraftOptions): Promise<BundleDraft> {
  const { base, clock } = options;
  const target = resolve(options.target);
  const folder = join(dirname(target), `.${basename(target)}.draft`);
  await requireFree(target, options.target);
  const lock = await lockIn(dirname(target), `${folder}.lock`, options.target);
  try {
    await requireFree(target, options.target);
    await prepare(folder, base?.manifestSha256 ?? 'none');
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
  const store = createDraftStore(createFolderMirrorStore(folder));
  const before = base === undefined ? [] : holdingsAfter(base.manifest);
  const destination = createBundleDestination({ name: 'bundle', store, clock, before });
  return {
    location: options.target,
    destination,
    seal: async (versions, writing = {}) => {
      try {
        return await seal({ ...options, target, folder, store, destination, before }, versions, writing);
      } catch (error) {
        if (writing.signal?.aborted) throw interruptionOf(writing.signal.reason);
        throw folderFailure(`Writing the bundle ${options.target}`, error);
      }
    },
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}

async function lockIn(parent: string, path: string, target: string): Promise<AsyncDisposable> {
  try {
    await mkdir(parent, { recursive: true });
    return await lockDraft(path, target);
  } catch (error) {
    throw cannotWrite(parent, error);
  }
}

async function requireFree(target: string, shown: string): Promise<void> {
  const present = await access(target).then(
    () => true,
    () => false,
  );
  if (!present) return;
  throw new SyncError(
    'ArgumentsInvalid',
    `There is a ${quote(shown)} already. A bundle never replaces anything: give another name.`,
  );
}

async function prepare(folder: string, mark: string): Promise<void> {
  const path = join(folder, BASE_MARK);
  try {
    const before = await readFile(path, 'utf8').catch(() => undefined);
    if (before !== mark) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path, mark);
  } catch (cause) {
    throw cannotWrite(dirname(folder), cause);
  }
}

function cannotWrite(parent: string, cause: unknown): SyncError {
  const code = systemCode(cause) ?? '';
  if (!['ENOENT', 'EEXIST', 'ENOTDIR', 'EACCES', 'EROFS', 'EPERM'].includes(code)) {
    return folderFailure(`Writing into ${parent}`, cause);
  }
  return new SyncError(
    'ArgumentsInvalid',
    `No bundle can be written into ${quote(parent)} (${code}). Name another place with --to.`,
    { cause },
  );
}

interface Sealing extends DraftOptions {
  readonly folder: string;
  readonly store: MirrorStore;
  readonly destination: VersionStore;
  readonly before: BundleManifest['before'];
}

type SealedVersions = Parameters<BundleDraft['seal']>[0];

async function seal(sealing: Sealing, versions: SealedVersions, writing: Writing) {
  const { store, base, target, folder, signingKey } = sealing;
  await removeUnwanted(sealing.destination, versions);
  const drafted = await Promise.all(
    versions.map(({ address, version }) => readDrafted(store, address, version)),
  );
  const held = drafted.filter((each) => each !== undefined);
  if (held.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const files = [...(await readDraftedDocuments(store)), ...held.flatMap(({ packages }) => packages)];
  const manifest: BundleManifest = {
    toolVersion: sealing.toolVersion,
    created: sealing.clock.now(),
    base: base && { manifestSha256: base.manifestSha256, created: base.manifest.created },
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    versions: held.map(({ bundled }) => bundled).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    before: sealing.before,
  };
  const manifestBytes = writeManifest(manifest);
  const signature = signingKey && signManifest(manifestBytes, signingKey);
  const draft = { folder, manifestBytes, signature, files: manifest.files };
  if (target.endsWith('.tar')) await publishTar(draft, target, writing);
  else await publishFolder(draft, target);
  return {
    location: sealing.target,
    manifest,
    manifestSha256: digestOf(manifestBytes),
    signed: signature !== undefined,
  };
}

/** What an earlier run with another config left in the draft. */
async function removeUnwanted(draft: VersionStore, versions: SealedVersions): Promise<void> {
  for (const provider of await draft.listProviders()) {
    const { address } = provider;
    if (address === undefined) continue;
    for (const { text } of await draft.listVersions(provider)) {
      const wanted = versions.some(
        (each) => sameAddress(each.address, address) && each.version.canonical === text,
      );
      if (!wanted) await draft.deleteVersion(provider, text);
    }
  }
}

function nameOf({ address, version }: SealedVersions[number]): string {
  return `${formatAddress(address)} ${version.canonical}`;
}

import { createHash } from 'node:crypto';
import type { ArtifactFile } from '../../src/domain/artifact/artifact.ts';
import { parseSha256, type Sha256 } from '../../src/domain/artifact/sha256.ts';
import type {
  DeliveryDifference,
  DeliveryPlan,
  DeliveryStep,
  DestinationKind,
} from '../../src/domain/delivery/plan.ts';
import { SyncError } from '../../src/domain/errors.ts';
import { formatPlatform, type Platform } from '../../src/domain/provider/platform.ts';
import type { VerifiedRelease } from '../../src/domain/provider/release.ts';
import type { Delivery, Destination } from '../../src/ports/destination.ts';

interface StoredFile {
  readonly platform: Platform;
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
}

/** What a fake destination holds; several destinations over one state are several processes. */
export interface FakeDestinationState {
  /** Files by name, by the release's id. What a client sees. */
  readonly visible: Map<string, ReadonlyMap<string, StoredFile>>;
  /** Files that were accepted whole but not yet committed. */
  readonly accepted: Map<string, Map<string, StoredFile>>;
}

interface FakeOperation {
  readonly kind: 'inspect' | 'begin' | 'send' | 'store' | 'commit' | 'abandon' | 'read';
  readonly id: string;
  readonly file?: string;
}

export interface FakeDestination extends Destination {
  readonly state: FakeDestinationState;
  /** Every operation so far, those that failed too. */
  readonly operations: readonly FakeOperation[];
}

export interface FakeDestinationOptions {
  readonly name?: string;
  readonly kind?: DestinationKind;
  readonly state?: FakeDestinationState;
  /** Called before every operation: throw to fail it, wait to slow it down. */
  readonly onOperation?: (operation: FakeOperation) => void | Promise<void>;
}

export function fakeDestinationState(): FakeDestinationState {
  return { visible: new Map(), accepted: new Map() };
}

/** A destination in memory, which judges every byte it is sent. */
export function createFakeDestination(options: FakeDestinationOptions = {}): FakeDestination {
  const state = options.state ?? fakeDestinationState();
  const name = options.name ?? 'fake';
  const operations: FakeOperation[] = [];
  const perform = async (operation: FakeOperation): Promise<void> => {
    operations.push(operation);
    await options.onOperation?.(operation);
  };
  return {
    name,
    kind: options.kind ?? 'network-mirror',
    state,
    operations,
    inspect: async (release) => {
      await perform({ kind: 'inspect', id: release.id });
      return planFor(state, release, name);
    },
    begin: async (release) => {
      await perform({ kind: 'begin', id: release.id });
      return createDelivery(state, release, name, perform);
    },
    storedFile: ({ id }, { filename }) => ({
      name: `${filename} in ${name}`,
      open: async () => {
        await perform({ kind: 'read', id, file: filename });
        const stored = state.visible.get(id)?.get(filename);
        if (stored === undefined) {
          throw new SyncError('DestinationNotFound', `${name} has no ${filename} of ${id}.`);
        }
        const { bytes } = stored;
        return { size: bytes.length, etag: undefined, offset: 0, body: oneChunk(bytes) };
      },
    }),
  };
}

function planFor(state: FakeDestinationState, release: VerifiedRelease, name: string): DeliveryPlan {
  const visible = state.visible.get(release.id);
  const differences = release.files.flatMap((file): readonly DeliveryDifference[] => {
    const present = visible?.get(file.filename)?.sha256;
    if (present === undefined || present === file.sha256) return [];
    const text = `${file.filename} shasum: ${name} has ${present}, upstream ${file.sha256}`;
    return [{ what: 'shasum', file: file.filename, present, wanted: file.sha256, text }];
  });
  const nothing = { steps: [], missing: [], differences: [], remarks: [] };
  if (differences.length > 0) return { ...nothing, outcome: 'conflict', differences };
  const unseen = release.files.filter(({ filename }) => !visible?.has(filename));
  if (unseen.length === 0) return { ...nothing, outcome: 'up-to-date' };
  const accepted = state.accepted.get(release.id);
  const missing = unseen.filter(({ filename, sha256 }) => accepted?.get(filename)?.sha256 !== sha256);
  const steps: DeliveryStep[] = missing.map(({ filename, platform }) => ({
    text: `upload package ${formatPlatform(platform)}`,
    file: filename,
  }));
  return {
    ...nothing,
    outcome: visible === undefined ? 'publish' : 'complete',
    steps: [...steps, { text: 'make the version visible' }],
    missing: missing.map(({ filename }) => filename),
  };
}

function createDelivery(
  state: FakeDestinationState,
  release: VerifiedRelease,
  name: string,
  perform: (operation: FakeOperation) => Promise<void>,
): Delivery {
  const { id } = release;
  return {
    sinkFor: ({ filename }) => ({
      name: `${filename} to ${name}`,
      send: async (body) => {
        await perform({ kind: 'send', id, file: filename });
        const chunks: Uint8Array[] = [];
        for await (const chunk of body) chunks.push(chunk);
        await perform({ kind: 'store', id, file: filename });
        accept(state, release, filename, Buffer.concat(chunks));
      },
    }),
    commit: async () => {
      await perform({ kind: 'commit', id });
      const visible = new Map(state.visible.get(id));
      for (const { filename, sha256 } of release.files) {
        const stored = visible.get(filename) ?? state.accepted.get(id)?.get(filename);
        if (stored?.sha256 !== sha256) {
          const what = `${name} does not show ${filename} of ${id}, which it was to have.`;
          throw new SyncError('DestinationResponseInvalid', what);
        }
        visible.set(filename, stored);
      }
      state.visible.set(id, visible);
    },
    abandon: async () => {
      await perform({ kind: 'abandon', id }).catch(() => undefined);
    },
  };
}

function accept(
  state: FakeDestinationState,
  release: VerifiedRelease,
  filename: string,
  bytes: Uint8Array,
): void {
  const file: (ArtifactFile & { readonly platform: Platform }) | undefined = release.files.find(
    (each) => each.filename === filename,
  );
  const sha256 = parseSha256(createHash('sha256').update(bytes).digest('hex'));
  if (file === undefined || sha256 !== file.sha256) {
    throw new SyncError('DigestMismatch', `${filename} came with the SHA-256 ${sha256}.`);
  }
  const files = state.accepted.get(release.id) ?? new Map<string, StoredFile>();
  state.accepted.set(release.id, files.set(filename, { platform: file.platform, bytes, sha256 }));
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

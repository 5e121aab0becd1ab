import { judgeInputs } from '../../domain/deployment-request/kind/inputs.ts';
import { type Kind, readKind } from '../../domain/deployment-request/kind/kind.ts';
import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { type Problem, SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { hashText } from '../ledger/hash-text.ts';
import type { RunPorts } from './ports.ts';

type KindPorts = Pick<RunPorts, 'kinds'>;

/** A kind of the catalogue. Throws DeploymentInvalid, with every problem, for one that is not there or not sound. */
export async function readCatalogueKind({ kinds }: KindPorts, name: string): Promise<Kind> {
  const files = await kinds.read(name);
  if (files === undefined) {
    const names = await kinds.names();
    const there = names.length === 0 ? 'There is none.' : `There are: ${names.join(', ')}.`;
    throw new SyncError('DeploymentInvalid', `There is no kind ${quote(name)} in ${kinds.location}.`, {
      problems: [{ path: '$.kind', message: `is ${quote(name)}`, fix: there }],
    });
  }
  return soundKind(name, files);
}

/** Kinds that were read before, by all that is in them: compiling a schema takes a hundred times what hashing it does. */
const knownKinds = new Map<string, Kind>();
const MOST_KINDS = 50;

export function soundKind(name: string, files: ReadonlyMap<string, string>): Kind {
  const contents = hashText(JSON.stringify([name, ...files]));
  const known = knownKinds.get(contents);
  if (known !== undefined) return known;
  const found = readKind(name, files, hashText);
  if ('problems' in found) {
    throw new SyncError('DeploymentInvalid', `The kind ${quote(name)} is not as a kind must be.`, {
      problems: found.problems,
    });
  }
  if (knownKinds.size >= MOST_KINDS) knownKinds.clear();
  knownKinds.set(contents, found.kind);
  return found.kind;
}

/** Everything that is wrong with what a request asks for; nothing when it can be run. */
export async function judgeRequest(
  ports: KindPorts,
  request: Pick<DeploymentRequest, 'kind' | 'inputs'>,
): Promise<{ readonly kind: Kind } | { readonly problems: readonly Problem[] }> {
  try {
    const kind = await readCatalogueKind(ports, request.kind);
    const problems = judgeInputs(kind.inputs, request.inputs);
    return problems.length === 0 ? { kind } : { problems };
  } catch (error) {
    if (error instanceof SyncError && error.code === 'DeploymentInvalid') return { problems: error.problems };
    throw error;
  }
}

const archiveName = (digest: string): string => `kinds/${digest}.json`;

/** Keeps a kind as a run used it: a later destroy needs just this one. */
export async function archiveKind(
  { store }: Pick<RunPorts, 'store'>,
  { digest, name, files }: Kind,
): Promise<void> {
  const document = { name, files: Object.fromEntries(files) };
  await store.put(archiveName(digest), new TextEncoder().encode(JSON.stringify(document)));
}

/** The kind as it was used under this digest. Throws StateRefused when it is not kept, or is another one by now. */
export async function readArchivedKind({ store }: Pick<RunPorts, 'store'>, digest: string): Promise<Kind> {
  const bytes = await store.get(archiveName(digest));
  if (bytes !== undefined) {
    const { name, files } = JSON.parse(new TextDecoder().decode(bytes)) as {
      name: string;
      files: Record<string, string>;
    };
    const kind = soundKind(name, new Map(Object.entries(files)));
    if (kind.digest === digest) return kind;
  }
  const what = bytes === undefined ? 'is not kept' : 'was changed';
  throw new SyncError('StateRefused', `The kind that was deployed (${digest}) ${what} in ${store.location}.`);
}

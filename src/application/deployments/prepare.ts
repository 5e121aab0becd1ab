import { type Kind, LOCK_FILE } from '../../domain/deployment-request/kind/kind.ts';
import type { DatedFact, DeploymentRequest, RunRecord } from '../../domain/deployment-request/request.ts';
import { judgeState } from '../../domain/deployment-request/state/judgement.ts';
import { readState, type StateContents } from '../../domain/deployment-request/state/schema.ts';
import { SyncError } from '../../domain/errors.ts';
import { holdSecret } from '../../domain/secrets/redaction.ts';
import type { TerraformWorkspace } from '../../ports/terraform.ts';
import { changeRequest } from './change.ts';
import { judgeRequest, readArchivedKind } from './kinds.ts';
import type { RunPorts } from './ports.ts';
import { ERRORED_STATE, forceUnlock, init, pushState, type StepTerms } from './terraform-steps.ts';

/** Written beside the module's own files: a module may have none of these names. */
const BACKEND_FILE = 'provider_sync_backend.tf.json';
const VALUES_FILE = 'terraform.tfvars.json';

/** The kind that a run uses: the catalogue's for a deploy, the one that was deployed for a destroy. */
export async function kindForRun(ports: RunPorts, request: DeploymentRequest, run: RunRecord): Promise<Kind> {
  if (run.action === 'destroy' && request.kindDigest !== undefined) {
    return await readArchivedKind(ports, request.kindDigest);
  }
  // A plan that waited is applied with the files that it was made of.
  if (run.plan !== undefined && request.kindDigest !== undefined) {
    return await readArchivedKind(ports, request.kindDigest);
  }
  const judged = await judgeRequest(ports, request);
  if ('kind' in judged) return judged.kind;
  throw new SyncError(
    'DeploymentInvalid',
    'What the request asks for cannot be run. Nothing was started.',
    judged,
  );
}

/** Throws DeploymentInvalid unless every provider is pinned, and is offered by the mirror. */
export async function requireProviders({ terraform }: RunPorts, kind: Kind): Promise<readonly string[]> {
  const { lock } = kind;
  if (lock === undefined) {
    throw new SyncError(
      'DeploymentInvalid',
      `The kind ${kind.name} has no lock file: nobody has said which providers it gets.`,
      {
        problems: [
          {
            path: `module/${LOCK_FILE}`,
            message: 'is missing',
            fix: 'Write it from the mirror: provider-sync lock --dir KIND/module',
          },
        ],
      },
    );
  }
  const missing = await terraform.missing(lock.entries);
  if (missing.length > 0) {
    throw new SyncError(
      'DeploymentInvalid',
      'The mirror does not offer the providers that the kind is pinned to.',
      {
        problems: missing.map(({ address, version }) => ({
          path: `module/${LOCK_FILE}`,
          message: `names ${address} ${version}, which the mirror does not offer`,
          fix: 'Bring it in, or write the lock file anew. What was recalled is not to be used any more.',
        })),
      },
    );
  }
  return lock.entries.map(({ address, version }) => `${address} ${version}`);
}

/** Everything that Terraform is given. Secrets among the inputs are read now, and kept out of every log from here on. */
export async function openWorkspace(
  ports: RunPorts,
  request: DeploymentRequest,
  kind: Kind,
  /** Where it lies: nothing else may run there. */
  folder = request.id,
): Promise<TerraformWorkspace> {
  const values: Record<string, unknown> = { ...request.inputs, deployment_id: request.id };
  for (const name of kind.inputs.secrets) {
    const reference = values[name];
    // The kind's schema has seen to it that it is a text.
    if (typeof reference !== 'string') continue;
    const secret = await ports.secrets.read(reference);
    holdSecret(secret);
    values[name] = secret;
  }
  const { type, config } = ports.store.backend(request.id);
  const files = new Map([
    ...kind.module,
    [LOCK_FILE, kind.lock?.text ?? ''],
    [BACKEND_FILE, JSON.stringify({ terraform: { backend: { [type]: config } } })],
    [VALUES_FILE, JSON.stringify(values)],
  ]);
  return await ports.terraform.open(folder, files);
}

/** The state as it may be planned against. Throws StateRefused. */
export async function requireState(
  { store }: Pick<RunPorts, 'store'>,
  request: DeploymentRequest,
): Promise<StateContents | undefined> {
  const judged = judgeState(await store.readState(request.id), request.state);
  if (!('problem' in judged)) return judged.contents;
  throw new SyncError(
    'StateRefused',
    `Nothing is planned against ${store.stateKey(request.id)} in ${store.location}: ${judged.problem}.`,
  );
}

const erroredName = (id: string): string => `errored/${id}.tfstate`;

/**
 * The state after an apply: the stored one, or the newer one that Terraform could not store. That one is kept off the
 * machine until the next run brings it back.
 */
export async function savedState(
  { store }: Pick<RunPorts, 'store'>,
  id: string,
  errored: Uint8Array | undefined,
): Promise<StateContents | undefined> {
  const text = await store.readState(id);
  const stored = text === undefined ? undefined : readState(text);
  if (errored === undefined || errored.length === 0) return stored;
  await store.put(erroredName(id), errored);
  const saved = readState(new TextDecoder().decode(errored));
  return saved !== undefined && saved.serial > (stored?.serial ?? -1) ? saved : stored;
}

/** A state that an earlier run on this machine could neither write nor keep elsewhere is kept now. */
export async function keepLeftState(ports: Pick<RunPorts, 'store' | 'terraform'>, id: string): Promise<void> {
  const left = await ports.terraform.leftFile(id, ERRORED_STATE);
  if (left !== undefined) await savedState(ports, id, left);
}

/** Installs the providers, and brings the state into order: a dead runner's lock, and a state that could not be written. */
export async function initialise(
  ports: RunPorts,
  request: DeploymentRequest,
  steps: StepTerms,
  /** Told what the state is after it was brought back. */
  recovered: (contents: StateContents) => Promise<void>,
): Promise<StateContents | undefined> {
  await init(steps);
  await breakDeadLock(ports, request, steps);
  const name = erroredName(request.id);
  const kept = await ports.store.get(name);
  if (kept === undefined) return await requireState(ports, request);
  const saved = readState(new TextDecoder().decode(kept));
  const text = await ports.store.readState(request.id);
  const stored = text === undefined ? undefined : readState(text);
  const newer = stored === undefined || (stored.lineage === saved?.lineage && stored.serial < saved.serial);
  if (saved === undefined || !newer) {
    await ports.store.remove(name);
    return await requireState(ports, request);
  }
  steps.log.say(
    `An earlier run could not write its state (serial ${saved.serial}): it is brought back first.`,
  );
  await steps.workspace.write(ERRORED_STATE, kept);
  await pushState(steps, ERRORED_STATE);
  const contents = readState((await ports.store.readState(request.id)) ?? '');
  if (contents?.resources.join() !== saved.resources.join()) {
    throw new SyncError('StateRefused', 'The state that was brought back is not the one that was kept.');
  }
  // In an empty place Terraform begins with a lineage and a serial of its own.
  await recovered(contents);
  await ports.store.remove(name);
  return contents;
}

/** A lock is broken when its owner is dead by evidence: the last run's host and time match, and its process is gone. */
async function breakDeadLock(ports: RunPorts, request: DeploymentRequest, steps: StepTerms): Promise<void> {
  const lock = await ports.store.readLock(request.id);
  const { lastRun, run } = request;
  if (lock === undefined || run === undefined) return;
  const matches =
    lastRun !== undefined &&
    lock.who.endsWith(`@${lastRun.host}`) &&
    Date.parse(lock.created) >= Date.parse(lastRun.startedAt) - 1000 &&
    Date.parse(lock.created) <= Date.parse(run.startedAt) + 1000;
  const evidence = matches ? await ports.watch.evidenceOfDeath(lastRun) : undefined;
  if (evidence === undefined) {
    throw new SyncError(
      'StateRefused',
      `The state is locked by ${lock.who} since ${lock.created} (${lock.operation}), and nothing proves that its owner is dead. ` +
        'Wait for it, or find out what it is.',
    );
  }
  steps.log.say(`The lock of ${lock.who} is broken: ${evidence}.`);
  await forceUnlock(steps, lock.id);
  const data = {
    run: run.id,
    lock: lock.id,
    owner: lock.who.slice(0, 300),
    evidence: evidence.slice(0, 2000),
  };
  const fact: DatedFact = { name: 'deployment.lock-broken', data, at: ports.clock.now().toISOString() };
  const { id: runId, runner } = run;
  // Kept in the request, as every other fact: the ledger may be out of reach from here.
  await changeRequest(ports, request.id, () => ({ kind: 'Progressed', runId, runner, fact }));
}

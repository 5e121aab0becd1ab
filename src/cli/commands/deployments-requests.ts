import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readRequest } from '../../application/deployments/change.ts';
import { readCatalogueKind, soundKind } from '../../application/deployments/kinds.ts';
import { listDeployments, requestDeployment } from '../../application/deployments/requests.ts';
import { logName } from '../../application/deployments/run-context.ts';
import { STATUSES } from '../../domain/deployment-request/request.ts';
import { describeRow } from '../../domain/deployment-request/unreadable.ts';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { openKinds, withRequests } from '../deployment-ports.ts';
import {
  DEPLOYMENT_OPTIONS,
  DEPLOYMENT_VARIABLES,
  KINDS_OPTION,
  readDeploymentSettings,
  requireOperand,
  STORE_OPTION,
} from '../deployment-settings.ts';
import { PERSON_OPTION, readPerson } from '../ledger-settings.ts';
import {
  renderDeployment,
  renderDeployments,
  renderKind,
  renderKinds,
  renderUnreadable,
} from '../render/deployment.ts';
import { readWholeNumber } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import { OUTPUT_OPTIONS } from '../shared-options.ts';
import { tell } from './keys-run.ts';

export const ID_ARGUMENT = { term: '<ID>', description: 'the deployment’s id' };
const READING = { options: DEPLOYMENT_OPTIONS, variables: DEPLOYMENT_VARIABLES };
const LARGEST_INPUTS = 1024 * 1024;

export const kindsDeploymentsCommand: CommandSpec = {
  name: 'kinds',
  summary: 'show what can be deployed, or everything about one kind',
  description:
    'Shows the kinds of the catalogue: modules with what may be said to them, the providers that they are pinned to, ' +
    'and their limits. A kind that is not sound is told with every problem and its place.',
  argument: { term: '[KIND]', description: 'everything about this one' },
  options: [KINDS_OPTION, ...OUTPUT_OPTIONS],
  variables: DEPLOYMENT_VARIABLES.filter(({ name }) => name === 'PROVIDER_SYNC_KINDS'),
  examples: ['provider-sync deployments kinds', 'provider-sync deployments kinds example'],
  async run(invocation) {
    const { io, operands } = invocation;
    const reader = createSettingsReader(invocation);
    const settings = reader.requireSound(readDeploymentSettings(reader, io.environment));
    await using stack = new AsyncDisposableStack();
    const kinds = await openKinds(settings, io.environment, stack);
    const [wanted] = operands;
    if (wanted !== undefined) {
      const kind = await readCatalogueKind({ kinds }, wanted);
      const { files: _files, module: _module, inputs, lock, ...about } = kind;
      const providers = (lock?.entries ?? []).map(({ address, version }) => ({ address, version }));
      tell(
        invocation,
        settings,
        { ...about, inputs: inputs.properties, secrets: inputs.secrets, providers },
        () => renderKind(kind),
      );
      return 0;
    }
    const found = await Promise.all(
      (await kinds.names()).map(async (name) => soundKind(name, (await kinds.read(name)) ?? new Map())),
    );
    const document = found.map(({ name, version, digest, description, limits, approval, lock }) => ({
      name,
      version,
      digest,
      description,
      limits,
      approval,
      locked: lock !== undefined,
    }));
    tell(invocation, settings, { kinds: document }, () => renderKinds(found, io.stdout));
    return 0;
  },
};

export const requestDeploymentsCommand: CommandSpec = {
  name: 'request',
  summary: 'ask for a deployment',
  description:
    'Keeps a request for a deployment of a kind. Inputs that do not fit are told with every problem and its place, and ' +
    'nothing is kept. Nothing runs yet: a runner does that. Secrets are given by name: secret:NAME.',
  argument: { term: '<KIND>', description: 'a kind of the catalogue' },
  options: [
    { flags: '--id <id>', description: 'the deployment’s id (default: made of the kind’s name)' },
    {
      flags: '--inputs <json>',
      description: 'a JSON object, a file that holds one, or - for standard input',
    },
    { flags: '--approval', description: 'every plan of it must be approved, whatever its kind says' },
    PERSON_OPTION,
    KINDS_OPTION,
    ...DEPLOYMENT_OPTIONS,
  ],
  variables: DEPLOYMENT_VARIABLES,
  examples: [
    'provider-sync deployments request example --id web --inputs \'{"folder": "/srv/notes"}\'',
    'provider-sync deployments request nitro-enclave --inputs inputs.json --approval',
  ],
  async run(invocation) {
    const { io, operands } = invocation;
    const reader = createSettingsReader(invocation);
    const given = reader.option('--inputs');
    const inputs =
      given === undefined ? {} : await reader.attempt(given.from, () => readInputs(invocation, given.value));
    const id = reader.option('--id')?.value ?? madeId(operands[0] ?? 'deployment');
    const requestedBy = readPerson(reader);
    const approval = reader.switchedOn('--approval');
    const settings = reader.requireSound(readDeploymentSettings(reader, io.environment));
    const kind = requireOperand(operands);
    const request = await withRequests(settings, io, (ports) =>
      requestDeployment(ports, { id, kind, inputs: inputs ?? {}, requestedBy, approval }),
    );
    tell(invocation, settings, { deployment: request }, () =>
      [renderDeployment(request, io.stdout), `Run it: provider-sync deployments run ${id}`].join('\n'),
    );
    return 0;
  },
};

async function readInputs({ io }: Invocation, value: string): Promise<Readonly<Record<string, unknown>>> {
  const text = value.trimStart().startsWith('{') ? value : await readText(io, value);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new SyncError(
      'ArgumentsInvalid',
      `is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>;
  throw new SyncError('ArgumentsInvalid', 'is no JSON object');
}

async function readText({ stdin }: Invocation['io'], place: string): Promise<string> {
  if (place !== '-') {
    return await readFile(place, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new SyncError('ArgumentsInvalid', `${place} cannot be read (${error.code})`);
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin ?? []) {
    size += chunk.length;
    if (size > LARGEST_INPUTS) throw new SyncError('ArgumentsInvalid', 'is more than a MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** `example-x7k2pq`: the kind's name as far as it fits, and six letters. */
function madeId(kind: string): string {
  const word = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const start = kind
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 17)
    .replace(/^[^a-z]+|-+$/g, '');
  return `${start === '' ? 'deployment' : start}-${word}`;
}

export const listDeploymentsCommand: CommandSpec = {
  ...READING,
  name: 'list',
  summary: 'show the deployments, changed last first',
  description:
    'Shows every deployment with its state, or those in one state. Rows of the table that are no requests are named ' +
    'beside them, with what is wrong.',
  options: [
    { flags: '--status <status>', description: `only these: ${STATUSES.join(', ')}` },
    { flags: '--limit <n>', description: 'at most so many (default: 100)' },
    ...DEPLOYMENT_OPTIONS,
  ],
  examples: ['provider-sync deployments list', 'provider-sync deployments list --status FAILED --json'],
  async run(invocation) {
    const { io } = invocation;
    const reader = createSettingsReader(invocation);
    const named = reader.option('--status');
    const status = STATUSES.find((each) => each === named?.value.toUpperCase());
    if (named !== undefined && status === undefined) {
      reader.note({
        path: named.from,
        message: `is ${quote(named.value)}`,
        fix: `Give one of ${STATUSES.join(', ')}.`,
      });
    }
    const wanted = reader.option('--limit');
    const limit = wanted === undefined ? 100 : readWholeNumber(reader, wanted, 1, 10_000);
    const settings = reader.requireSound(readDeploymentSettings(reader, io.environment));
    const { deployments, unreadable } = await withRequests(settings, io, (ports) =>
      listDeployments(ports, status, limit ?? 100),
    );
    const document = { deployments, unreadable: unreadable.map(describeRow) };
    const told = unreadable.map(renderUnreadable);
    tell(invocation, settings, document, () =>
      deployments.length === 0 && told.length > 0
        ? told.join('\n')
        : [renderDeployments(deployments, io.stdout), ...told].join('\n'),
    );
    return 0;
  },
};

export const showDeploymentsCommand: CommandSpec = {
  ...READING,
  name: 'show',
  summary: 'show everything about a deployment, and the plan that waits',
  description:
    'Shows a deployment: its state, what runs, what failed and why, its outputs, and, where one waits for an approval, ' +
    'the plan: what is added, changed, replaced and destroyed, without any value.',
  argument: ID_ARGUMENT,
  examples: ['provider-sync deployments show web'],
  async run(invocation) {
    const { io, operands } = invocation;
    const reader = createSettingsReader(invocation);
    const settings = reader.requireSound(readDeploymentSettings(reader, io.environment));
    const deployment = await withRequests(settings, io, (ports) =>
      readRequest(ports, requireOperand(operands)),
    );
    tell(invocation, settings, { deployment }, () => renderDeployment(deployment, io.stdout));
    return 0;
  },
};

export const logsDeploymentsCommand: CommandSpec = {
  ...READING,
  name: 'logs',
  summary: 'show what the last run said',
  description: 'Shows the log of the last run of a deployment, or of the one named. Secrets are not in it.',
  argument: ID_ARGUMENT,
  options: [
    { flags: '--run <run>', description: 'this run, such as web-deploy-1' },
    STORE_OPTION,
    ...DEPLOYMENT_OPTIONS,
  ],
  examples: ['provider-sync deployments logs web', 'provider-sync deployments logs web --run web-deploy-1'],
  async run(invocation) {
    const { io, operands } = invocation;
    const reader = createSettingsReader(invocation);
    const named = reader.option('--run');
    if (named !== undefined && !/^[a-z0-9-]{1,80}$/.test(named.value)) {
      reader.note({
        path: named.from,
        message: `is ${quote(named.value)}`,
        fix: 'Write it as "show" does: web-deploy-1.',
      });
    }
    const settings = reader.requireSound(readDeploymentSettings(reader, io.environment));
    const id = requireOperand(operands);
    const { run, text } = await withRequests(settings, io, async (ports) => {
      const run = named?.value ?? (await readRequest(ports, id)).run?.id;
      if (run !== undefined && !run.startsWith(`${id}-`)) {
        throw new SyncError('ArgumentsInvalid', `The run ${run} is not one of ${id}.`);
      }
      const bytes = run === undefined ? undefined : await ports.store.get(logName(run));
      return { run, text: bytes && new TextDecoder().decode(bytes) };
    });
    tell(
      invocation,
      settings,
      { run: run ?? null, log: text ?? null },
      () => text?.trimEnd() ?? 'Nothing has run yet.',
    );
    return 0;
  },
};

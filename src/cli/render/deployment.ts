import type { Kind } from '../../domain/deployment-request/kind/kind.ts';
import type { DeploymentRequest, PlanRecord } from '../../domain/deployment-request/request.ts';
import { describeRow, type UnreadableRow } from '../../domain/deployment-request/unreadable.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { countOf } from './quantities.ts';
import { paint } from './style.ts';
import { type Canvas, renderTable } from './table.ts';

const MOST_CHANGES = 40;

type ListedDeployment = Pick<DeploymentRequest, 'id' | 'kind' | 'status' | 'state' | 'updatedAt' | 'run'>;

export function renderDeployments(requests: readonly ListedDeployment[], canvas: Canvas): string {
  if (requests.length === 0) return 'There is no deployment.';
  const columns = [
    { title: 'ID', narrowest: 12 },
    { title: 'KIND', narrowest: 12 },
    { title: 'STATUS', narrowest: 12 },
    { title: 'RESOURCES', movesBelow: 2 },
    { title: 'CHANGED', movesBelow: 1 },
  ];
  const rows = requests.map(({ id, kind, status, state, updatedAt, run }) => [
    id,
    printable(kind),
    run?.stage === 'awaiting-approval' && status.endsWith('ING') ? `${status} (waits for approval)` : status,
    String(state?.resources ?? 0),
    updatedAt.slice(0, 19).replace('T', ' '),
  ]);
  return renderTable(columns, rows, canvas);
}

/** A row of the table that is no request, in one line. */
export function renderUnreadable(row: UnreadableRow): string {
  const { id, detail } = describeRow(row);
  return `${id}: ${detail}. Mend the row or delete it.`;
}

/** Everything that is known of a deployment, for people. */
export function renderDeployment(request: DeploymentRequest, { color }: Canvas): string {
  const { id, kind, kindDigest, status, generation, requestedBy, run, state, failure, outputs } = request;
  const good = status === 'DEPLOYED' || status === 'DESTROYED';
  const lines = [
    `${id}: ${paint(status, status === 'FAILED' ? 'bad' : good ? 'good' : 'strong', color)}`,
    `  kind        ${printable(kind)}${kindDigest === undefined ? '' : ` (${kindDigest.slice(0, 12)})`}`,
    `  asked by    ${printable(requestedBy)}, ${request.createdAt}`,
    `  generation  ${generation}, since ${request.updatedAt}`,
  ];
  if (state !== undefined)
    lines.push(`  state       serial ${state.serial}, ${countOf(state.resources, 'resource')}`);
  if (state !== undefined && state.unsettled.length > 0) {
    lines.push(`  unsettled   ${state.unsettled.map(printable).join(', ')}: may exist outside the state`);
  }
  if (run !== undefined) lines.push(`  run         ${run.id}, ${run.stage}, by ${printable(run.runner)}`);
  if (failure !== undefined) {
    lines.push(paint(`  ${failure.code}: ${printable(failure.message)}`, 'bad', color));
    for (const { path, message, fix } of failure.problems) {
      lines.push(`    ${printable(`${path} ${message}${fix === undefined ? '' : `. ${fix}`}`)}`);
    }
  }
  for (const [name, output] of Object.entries(outputs ?? {})) {
    const value = output.sensitive ? `${output.reference} (a secret)` : JSON.stringify(output.value);
    lines.push(`  ${printable(name)} = ${printable(value ?? 'null').slice(0, 500)}`);
  }
  if (run?.plan !== undefined && run.stage === 'awaiting-approval' && !good) {
    lines.push('', ...renderPlan(run.plan));
    if (run.approval !== undefined) lines.push(`It is approved by ${printable(run.approval.by)}.`);
    else lines.push(`Approve it: provider-sync deployments approve ${id} ${run.plan.sha256.slice(0, 12)}`);
  }
  return lines.join('\n');
}

function renderPlan({ sha256, counts, changes, stateSerial }: PlanRecord): readonly string[] {
  const { add, change, replace, destroy } = counts;
  const total = add + change + replace + destroy;
  return [
    `Plan ${sha256}, for state ${stateSerial}:`,
    ...changes
      .slice(0, MOST_CHANGES)
      .map(({ action, address }) => `  ${action.padEnd(8)} ${printable(address)}`),
    ...(total > Math.min(changes.length, MOST_CHANGES)
      ? [`  and ${total - Math.min(changes.length, MOST_CHANGES)} more`]
      : []),
    `${add} to add, ${change} to change, ${replace} to replace, ${destroy} to destroy.`,
  ];
}

type ListedKind = Pick<Kind, 'name' | 'version' | 'limits' | 'lock' | 'description'>;

export function renderKinds(kinds: readonly ListedKind[], canvas: Canvas): string {
  const columns = [
    { title: 'KIND', narrowest: 12 },
    { title: 'VERSION', narrowest: 8 },
    { title: 'LIMIT', movesBelow: 2 },
    { title: 'PROVIDERS', movesBelow: 1 },
    { title: 'WHAT', narrowest: 24 },
  ];
  const rows = kinds.map(({ name, version, limits, lock, description }) => [
    name,
    version,
    `${limits.minutes} min`,
    lock === undefined ? 'no lock file' : String(lock.entries.length),
    description,
  ]);
  return renderTable(columns, rows, canvas);
}

export function renderKind({
  name,
  version,
  digest,
  description,
  inputs,
  lock,
  limits,
  approval,
  allow,
}: Kind): string {
  const { properties, secrets } = inputs;
  return [
    `${name} ${version} (${digest.slice(0, 12)}): ${description}`,
    `  at most ${limits.minutes} minutes, cost class ${limits.costClass}, role ${limits.role}`,
    `  plans ${approval ? 'must be approved' : 'are approved where the request asks for it'}`,
    `  may have ${[...allow.resources, ...allow.dataSources.map((type) => `data ${type}`)].join(', ')}`,
    ...(lock?.entries ?? []).map(({ address, version: pinned }) => `  uses ${address} ${pinned}`),
    ...(lock === undefined ? ['  has no lock file yet: provider-sync lock --dir KIND/module writes it'] : []),
    '  inputs:',
    ...properties.map(({ name: input, description: what, required }) => {
      const remarks = [
        ...(required ? ['required'] : []),
        ...(secrets.includes(input) ? ['a secret: secret:NAME'] : []),
      ];
      return `    ${input}: ${what}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`;
    }),
  ].join('\n');
}

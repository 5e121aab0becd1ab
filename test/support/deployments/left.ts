import type { DeploymentRequest } from '../../../src/domain/deployment-request/request.ts';
import { readState } from '../../../src/domain/deployment-request/state/schema.ts';

/** What is left when nothing runs any more. */
export interface Left {
  readonly request: DeploymentRequest;
  /** The state's text; undefined when there is none. */
  readonly state: string | undefined;
  /** Names of the notes that exist. */
  readonly existing: readonly string[];
}

const nameIn = (address: string): string => /"(.+)"/.exec(address)?.[1] ?? '';

/** Of a kind of notes: how many are wanted. */
function wantedOf({ inputs }: DeploymentRequest): number {
  const { names } = inputs as { readonly names?: readonly string[] };
  // As the module has it.
  return names?.length ?? 2;
}

/** Everything that must not be so whenever nothing runs. */
export function judgeLeft({ request, state, existing }: Left): readonly string[] {
  const found: string[] = [];
  const { status } = request;
  if (!['DEPLOYED', 'DESTROYED', 'FAILED'].includes(status)) found.push(`says ${status}, and nothing runs`);
  const contents = state === undefined ? undefined : readState(state);
  // Before the first resource is there, Terraform's own lock leaves an empty file.
  const known = (request.state?.lineage ?? '') !== '';
  if (state !== undefined && contents === undefined && (known || state !== '')) {
    found.push(`left a state of ${state.length} characters that is none`);
  }
  const inState = (contents?.resources ?? []).map(nameIn);
  const unsettled = (request.state?.unsettled ?? []).map(nameIn);
  const lost = existing.filter((name) => !inState.includes(name) && !unsettled.includes(name));
  if (lost.length > 0) found.push(`lost ${lost.join(', ')} from the state, and does not say so`);
  const wanted = wantedOf(request);
  const whole = existing.length === wanted && inState.length === wanted;
  if (status === 'DEPLOYED' && (!whole || unsettled.length > 0)) found.push('is not deployed');
  if (status === 'DESTROYED' && existing.length + inState.length > 0) found.push('is not destroyed');
  if (contents !== undefined && contents.serial < (request.state?.serial ?? 0)) {
    found.push(`has a state of serial ${contents.serial}, where ${request.state?.serial} was`);
  }
  return found;
}

/** Notes that were made although they were there, from everything that happened to them. */
export function madeTwice(
  journal: readonly { readonly what: string; readonly name: string }[],
): readonly string[] {
  const there = new Set<string>();
  const twice: string[] = [];
  for (const { what, name } of journal) {
    if (what === 'created' && there.has(name)) twice.push(name);
    if (what === 'created') there.add(name);
    if (what === 'deleted') there.delete(name);
  }
  return twice;
}

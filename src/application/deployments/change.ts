import type { DeploymentEvent } from '../../domain/deployment-request/events.ts';
import { decide } from '../../domain/deployment-request/life-cycle.ts';
import {
  type DatedFact,
  type DeploymentRequest,
  subjectOf,
} from '../../domain/deployment-request/request.ts';
import { SyncError } from '../../domain/errors.ts';
import { envelopeOf } from '../../domain/events/envelope.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { redactAll } from '../../domain/secrets/redaction.ts';
import { hashText } from '../ledger/hash-text.ts';
import type { RequestPorts } from './ports.ts';

/** Many write a request at once only when something is wrong. */
const MOST_TRIES = 30;

/** Throws DeploymentNotFound. */
export async function readRequest(
  { requests }: Pick<RequestPorts, 'requests'>,
  id: string,
): Promise<DeploymentRequest> {
  const request = await requests.read(id);
  if (request !== undefined) return request;
  throw new SyncError('DeploymentNotFound', `There is no deployment ${quote(id)} in ${requests.location}.`);
}

/**
 * Makes of a request what an event makes of it, whoever else writes it meanwhile, and tells the ledger. Throws
 * DeploymentNotFound, and DeploymentConflict when the event does not fit the request as it is by then.
 */
export async function changeRequest(
  ports: RequestPorts,
  id: string,
  eventFor: (request: DeploymentRequest) => DeploymentEvent,
): Promise<DeploymentRequest> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const request = await readRequest(ports, id);
    const decision = decide(request, redactAll(eventFor(request)), ports.clock.now().toISOString());
    if (decision.kind === 'refused') {
      throw new SyncError('DeploymentConflict', `Deployment ${id} stays as it is: ${decision.reason}.`);
    }
    if (decision.kind === 'stands') return request;
    if (await ports.requests.replace(decision.request, request.revision)) {
      await recordFacts(ports, id, decision.facts);
      return decision.request;
    }
  }
  throw new SyncError('ServiceUnavailable', `Deployment ${id} is written by too many at once. Try again.`);
}

/** Hands facts to the ledger; those that it has already are no second ones. */
export async function recordFacts(
  { ledger, whenNotKept }: Pick<RequestPorts, 'ledger' | 'whenNotKept'>,
  id: string,
  facts: readonly DatedFact[],
): Promise<void> {
  if (ledger === undefined || facts.length === 0) return;
  const subject = subjectOf(id);
  try {
    await ledger.append(
      facts.map(({ name, data, at }) => envelopeOf(hashText, { name, subject, data }, new Date(at))),
    );
  } catch (error) {
    if (whenNotKept === undefined) throw error;
    whenNotKept(error);
  }
}

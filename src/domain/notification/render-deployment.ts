import type { DeploymentRequest } from '../deployment-request/request.ts';
import type { ErrorCode } from '../errors.ts';
import { type NotificationMessage, toBody, toSubject } from './message.ts';

/** What helps against the failures that deployments know; all else is said by the message itself. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  DeploymentInvalid: 'Mend the request or the kind. A request that is FAILED can be tried again.',
  DeploymentCancelled: 'Somebody or a deadline stopped it. Retry it, or destroy it.',
  PlanRefused: 'Change the module, or what its kind allows. Nothing was applied.',
  PlanStale: 'Retry it: a new plan is made, which is to be approved anew.',
  RunnerLost:
    'Look at the log, then retry it: the next run begins with a new plan. What may exist outside the state is named by "show".',
  StateRefused: 'Bring the state back, or find out who holds it, before anything else runs.',
  TerraformFailed: 'Read the log. A retry does what is left; a destroy takes away what is there.',
};

/** One mail about a deployment that failed. `where`: lines with links to what can be looked at. */
export function renderDeploymentFailure(
  request: DeploymentRequest,
  where: readonly string[],
): NotificationMessage {
  const { id, kind, failure, state, run } = request;
  const code = failure?.code ?? 'InternalError';
  const what = run?.action === 'destroy' ? 'destroyed' : 'deployed';
  const resources = state?.resources ?? 0;
  const there =
    resources === 0 && (state?.unsettled.length ?? 0) === 0
      ? 'Nothing of it is in the state.'
      : `In the state: ${resources} resources. May exist outside it: ${state?.unsettled.join(', ') || 'none'}.`;
  return {
    subject: toSubject(`Deployment ${id} could not be ${what}: ${code}`),
    body: toBody([
      `${id} (${kind}), asked for by ${request.requestedBy}, could not be ${what}.`,
      `${code}: ${failure?.message ?? 'No reason is known.'}`,
      (failure?.problems ?? [])
        .map(({ path, message, fix }) => `- ${path} ${message}.${fix === undefined ? '' : ` ${fix}`}`)
        .join('\n'),
      there,
      `What to do: ${ADVICE[code] ?? 'Mend what the message names, then retry it.'}`,
      [
        `  provider-sync deployments show ${id}`,
        `  provider-sync deployments logs ${id}`,
        `  provider-sync deployments retry ${id}    or    provider-sync deployments destroy ${id}`,
      ].join('\n'),
      where.join('\n'),
      'Others that fail for the same cause today are not mailed: provider-sync deployments list --status FAILED',
    ]),
  };
}

import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { renderDeploymentFailure } from '../../domain/notification/render-deployment.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { hashText } from '../ledger/hash-text.ts';
import type { RunPorts } from './ports.ts';

/**
 * Mails people about a failed deployment, once a cause and day: two hundred requests that fail for one reason are one
 * mail. What the mail system does not take is mailed by the next. False when it was told already, or did not fail.
 */
export async function tellFailure(
  { store, clock, notifier }: Pick<RunPorts, 'store' | 'clock'> & { readonly notifier: Notifier },
  request: DeploymentRequest,
  where: readonly string[],
): Promise<boolean> {
  const { id, kind, failure } = request;
  if (request.status !== 'FAILED' || failure === undefined) return false;
  const own = [
    failure.code,
    failure.message,
    ...failure.problems.map(({ path, message }) => `${path} ${message}`),
  ];
  // The id stands in messages, and is no other cause.
  const cause = hashText([kind, ...own].join('\n').replaceAll(id, 'ID')).slice(0, 32);
  const name = `told/${clock.now().toISOString().slice(0, 10)}/${cause}`;
  if ((await store.get(name)) !== undefined) return false;
  await notifier.notify(renderDeploymentFailure(request, where));
  await store.put(name, new TextEncoder().encode(`${id}\n`));
  return true;
}

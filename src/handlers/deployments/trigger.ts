import { tellFailure } from '../../application/deployments/tell-failure.ts';
import { triggerDeployment } from '../../application/deployments/trigger.ts';
import { toSyncError } from '../../domain/errors.ts';
import { composeDeployments, composeWorkflows } from '../composition/deployments.ts';
import { lambdaFunction } from '../lambda-function.ts';
import { streamEvent } from './events/schema.ts';

/**
 * Starts the workflows of requests that the table's stream tells of. One record after another; the first that cannot
 * be dealt with for now is named, and Lambda delivers from there again. A row that no retry would mend is logged and
 * counted, and holds nothing up.
 */
export const handler = lambdaFunction({
  event: streamEvent,
  compose: (runtime) => {
    const { logger, metrics } = runtime.telemetry;
    const base = composeDeployments(runtime);
    return { ...base, workflows: composeWorkflows(runtime), logger, metrics };
  },
  async run({ ports, workflows, notifier, whereToLook, logger, metrics }, { event, signal }) {
    for (const { sequence, id } of event.Records) {
      try {
        signal.throwIfAborted();
        if (id === undefined) {
          metrics.addMetric('RowUnreadable', 'Count', 1);
          logger.error('RowUnreadable', { reason: 'Its id is no id of a deployment.', sequence });
          continue;
        }
        const triggered = await triggerDeployment({ ...ports, workflows }, id);
        if (triggered.kind === 'unreadable') {
          metrics.addMetric('RowUnreadable', 'Count', 1);
          logger.error('RowUnreadable', { id, problems: triggered.problems });
        }
        if (triggered.kind === 'started') metrics.addMetric('WorkflowStarted', 'Count', 1);
        if (triggered.kind === 'refused') {
          metrics.addMetric('DeploymentFailed', 'Count', 1);
          await tellFailure({ ...ports, notifier }, triggered.request, whereToLook(undefined)).catch(
            // Told or not, the row says it: it is not to be judged again for that.
            (error: unknown) => logger.error('NotTold', { id, reason: toSyncError(error).message }),
          );
        }
      } catch (error) {
        const { code, message } = toSyncError(error);
        logger.warn('RecordPutBack', { id, sequence, code, reason: message });
        return { batchItemFailures: [{ itemIdentifier: sequence }] };
      }
    }
    return { batchItemFailures: [] };
  },
});

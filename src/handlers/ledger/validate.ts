import { createS3EventTypes } from '../../adapters/aws/s3-event-types.ts';
import { validate } from '../../application/ledger-intake/intake.ts';
import { lambdaFunction, type Runtime } from '../lambda-function.ts';
import { traceMethods } from '../tracing.ts';
import { messageEvent } from './schema.ts';
import { composeTypesBucket } from './types-bucket.ts';

/** Judges an event. One that is rejected is an answer, no error: it would come again, and never pass. */
export const handler = lambdaFunction({
  event: messageEvent,
  compose: (runtime: Runtime) => {
    const types = createS3EventTypes(composeTypesBucket(runtime), () => performance.now());
    return { types: traceMethods(runtime.trace, 'S3 event types', types, ['find']) };
  },
  async run(ports, { event: { event } }) {
    const verdict = await validate(ports, event);
    return 'rejection' in verdict
      ? { outcome: 'rejected', reason: verdict.rejection, event, rules: null }
      : { outcome: 'valid', reason: null, event: verdict.event, rules: verdict.rules };
  },
});

import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { createS3TypeOffice } from '../../adapters/aws/s3-event-types.ts';
import { createTypeTrial } from '../../adapters/json-schema/trial.ts';
import { registerType } from '../../application/ledger-intake/register-type.ts';
import { typeOfKey } from '../../domain/ledger-intake/schema.ts';
import { systemClock } from '../composition/clock.ts';
import { lambdaFunction, type Runtime } from '../lambda-function.ts';
import { uploadedType } from './schema.ts';
import { composeTypesBucket } from './types-bucket.ts';

const HANDED_IN = 'types/';

/** Registers or refuses an event type that was put into the bucket. Other keys there mean nothing. */
export const handler = lambdaFunction({
  event: uploadedType,
  compose: (runtime: Runtime) => ({
    ports: {
      office: createS3TypeOffice(composeTypesBucket(runtime)),
      trial: createTypeTrial(),
      clock: systemClock,
    },
    telemetry: runtime.telemetry,
  }),
  async run({ ports, telemetry: { logger, metrics } }, { event: { key, versionId } }) {
    const type = typeOfKey(key, HANDED_IN);
    if (type === undefined) {
      metrics.addMetric('EventTypeRefused', MetricUnit.Count, 1);
      logger.warn('EventTypeRefused', {
        key,
        why: 'the name is not types/NAME.vNUMBER.json of a type of your own',
      });
      return { type: null, registered: false };
    }
    const judgement = await registerType(ports, { type, key, versionId });
    if (judgement === undefined) return { type, registered: false };
    const registered = 'registered' in judgement;
    metrics.addMetric(registered ? 'EventTypeRegistered' : 'EventTypeRefused', MetricUnit.Count, 1);
    if (!registered) logger.warn('EventTypeRefused', { type, problems: judgement.problems });
    return { type, registered };
  },
});

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import type { DomainEvent } from '../domain/events/domain-event.ts';
import type { ProgressSignal } from '../domain/events/progress-signal.ts';
import { redact } from '../domain/secrets/redaction.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Progress } from '../ports/progress.ts';

export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** Renders what happened as log lines and metrics. */
  readonly reporter: EventLog & Progress;
}

/** Logs, metrics and traces of one function. Service, namespace and sampling come from `POWERTOOLS_…`. */
export function createTelemetry(environment: NodeJS.ProcessEnv): Telemetry {
  // What Lambda lets through, which has to be more than LOG_LEVEL: it would drop metrics too. Powertools would
  // take it for the level to log at.
  delete environment['AWS_LAMBDA_LOG_LEVEL'];
  // The design document's name of the level; Powertools knows it as WARN.
  const logger = new Logger({
    ...(environment['LOG_LEVEL'] === 'WARNING' ? { logLevel: 'WARN' } : {}),
    jsonReplacerFn: (_, value: unknown) => (typeof value === 'string' ? redact(value) : value),
  });
  const metrics = new Metrics();
  return {
    logger,
    metrics,
    // Left to itself it records the path of every request, and the path of an upload link is a secret.
    tracer: new Tracer({ captureHTTPsRequests: false }),
    reporter: {
      append: (event) => render(event, logger, metrics),
      signal: (signal) => render(signal, logger, metrics),
      flush: async () => {},
    },
  };
}

type Reported = DomainEvent | ProgressSignal;

/** Kinds that say nothing a log of a function needs. */
const SILENT: readonly Reported['kind'][] = [
  'PackageTransferProgressed',
  'PackageTransferEnded',
  'BottlesAwaited',
  'BottleTransferStarted',
  'BottleTransferProgressed',
  'BottleTransferEnded',
  'ReleaseVerified',
  'ProviderSyncFailed',
  'VersionConflictFound',
];

/** Kinds that only somebody who looks for a fault wants to read. */
const DETAILS: readonly Reported['kind'][] = ['ProviderCheckStarted', 'PackageTransferStarted'];

function render(event: Reported, logger: Logger, metrics: Metrics): void {
  if (SILENT.includes(event.kind)) return;
  const { kind, ...details } = event;
  if (kind === 'RequestRetried' || kind === 'PackageTransferRestarted' || 'error' in event)
    logger.warn(kind, details);
  else if (DETAILS.includes(kind)) logger.debug(kind, details);
  else logger.info(kind, details);
  count(event, metrics);
}

/** A failure is counted once, by ErrorHandler: here a retry would count it again. */
function count(event: Reported, metrics: Metrics): void {
  switch (event.kind) {
    case 'ProviderVersionUpToDate':
      metrics.addMetric('ProviderUpToDate', MetricUnit.Count, 1);
      break;
    case 'ProviderVersionPublished':
    case 'ProviderVersionCompleted':
      metrics.addMetric('ProviderPublished', MetricUnit.Count, 1);
      metrics.addMetric('BytesPublished', MetricUnit.Bytes, event.bytes);
      break;
    case 'VersionDeleted':
      metrics.addMetric('VersionDeleted', MetricUnit.Count, 1);
      break;
    case 'RequestRetried':
      metrics.addMetric('RequestRetried', MetricUnit.Count, 1);
      break;
    case 'PackageTransferRestarted':
      metrics.addMetric('TransferRestarted', MetricUnit.Count, 1);
      break;
    default:
  }
}

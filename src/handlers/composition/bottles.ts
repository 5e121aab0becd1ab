import { createMirrorS3Client, type S3Location } from '../../adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../adapters/aws/s3-mirror-store.ts';
import type { BottlePorts } from '../../application/bottles/ports.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import { type Environment, type EnvironmentReader, readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { connectBottleUpstream, readBottleUpstream } from './bottle-upstream.ts';
import { systemClock } from './clock.ts';
import { composeLedger } from './ledger.ts';

export interface BottlesComposition {
  /** The ports of one invocation, which close with it. */
  readonly open: (signal: AbortSignal) => Promise<BottlePorts & AsyncDisposable>;
  readonly count: (name: BottlesMetric, value: number) => void;
}

/** What the dashboard shows. The unit stands in the name where it is not a count. */
type BottlesMetric =
  | 'Bottles'
  | 'BottlesFetched'
  | 'BottlesFailed'
  | 'BytesFetched'
  | 'BottlesMissing'
  | 'PublicationAge'
  | 'ApiAge';

const UNITS = { BytesFetched: 'Bytes', PublicationAge: 'Seconds', ApiAge: 'Seconds' } as const;

export function readMirrorLocation(reader: EnvironmentReader): S3Location {
  return { bucket: reader.required('MIRROR_BUCKET'), prefix: reader.optional('MIRROR_PREFIX') ?? '' };
}

export function openMirror(location: S3Location, environment: Environment): MirrorStore {
  return createS3MirrorStore({ s3: createMirrorS3Client(environment), ...location });
}

export function composeBottles(runtime: Runtime): BottlesComposition {
  const { environment, telemetry } = runtime;
  const { upstream, mirror } = readSettings(environment, (reader) => ({
    upstream: readBottleUpstream(reader),
    mirror: readMirrorLocation(reader),
  }));
  const kept = composeLedger(runtime);
  const store = openMirror(mirror, environment);
  return {
    open: async (signal) => {
      const stack = new AsyncDisposableStack();
      const { api, registry } = stack.use(
        await connectBottleUpstream(upstream, signal, (event) =>
          telemetry.reporter.signal({ kind: 'RequestRetried', ...event }),
        ),
      );
      const { events, ledger } = kept(stack);
      const ports = { api, registry, store, events, ledger, clock: systemClock };
      return { ...ports, [Symbol.asyncDispose]: () => stack.disposeAsync() };
    },
    count: (name, value) => {
      const unit = name in UNITS ? UNITS[name as keyof typeof UNITS] : 'Count';
      telemetry.metrics.addMetric(name, unit, value);
    },
  };
}

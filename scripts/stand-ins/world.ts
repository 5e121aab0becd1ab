import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHttpClient } from '../../src/adapters/http/client.ts';
import { createEnvironmentTokenSource } from '../../src/adapters/local/token-sources.ts';
import { createPublicRegistry } from '../../src/adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../src/adapters/tfe/connect.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import { DEFAULT_HOSTNAME } from '../../src/domain/provider/address.ts';
import { startEmbeddedRegistry } from '../../src/embedded/private-registry/server.ts';
import type { SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { sampleReleases } from '../../src/embedded/sample-registry/sample-releases.ts';
import { startSampleRegistry } from '../../src/embedded/sample-registry/server.ts';
import {
  type AwsClients,
  awsClients,
  BUCKET,
  CONFIG_KEY,
  createResources,
  REGION,
  SECRET,
  TOPIC_ARN,
} from './aws-resources.ts';
import type { RunningMoto } from './moto.ts';
import { SAMPLE_CONFIG } from './sample.ts';

const ORGANIZATION = 'example';
const TOKEN = 'local-token';

export interface StandIns {
  readonly aws: AwsClients;
  readonly queueUrl: string;
  readonly publicUrl: string;
  readonly privateUrl: string;
  readonly token: string;
  /** What the functions need in their environment to find the stand-ins. */
  readonly environment: Readonly<Record<string, string>>;
  /** Puts a config into the bucket, as a person would. */
  uploadConfig(config: unknown): Promise<void>;
  close(): Promise<void>;
}

export interface StandInOptions {
  /** Starts moto on this port; 0 is any free one. */
  readonly startMoto: (port: number) => Promise<RunningMoto>;
  /** Any free ports when absent. */
  readonly ports?: {
    readonly aws: number;
    readonly publicRegistry: number;
    readonly privateRegistry: number;
  };
  readonly releases?: readonly SampleRelease[];
  /** How fast the public registry hands packages out. */
  readonly bytesPerSecond?: number;
}

/** AWS by moto and both registries, all on this machine, with everything in place that the template makes. */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const ports = options.ports ?? { aws: 0, publicRegistry: 0, privateRegistry: 0 };
  await using started = new AsyncDisposableStack();
  const keep = <T extends { close(): Promise<void> }>(server: T): T =>
    started.adopt(server, (running) => running.close());
  const dataDir = await mkdtemp(path.join(tmpdir(), 'provider-sync-stand-ins-'));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const moto = keep(await options.startMoto(ports.aws));
  const releases = options.releases ?? (await sampleReleases());
  const publicRegistry = keep(
    await startSampleRegistry({
      releases,
      port: ports.publicRegistry,
      ...(options.bytesPerSecond === undefined
        ? {}
        : { bytesPerSecondPerConnection: options.bytesPerSecond }),
    }),
  );
  const privateRegistry = keep(
    await startEmbeddedRegistry({
      dataDir,
      port: ports.privateRegistry,
      organization: ORGANIZATION,
      token: TOKEN,
    }),
  );
  const aws = awsClients(moto.url);
  const { queueUrl } = await createResources(aws, TOKEN);
  const running = started.move();
  return {
    aws,
    queueUrl,
    publicUrl: publicRegistry.url,
    privateUrl: privateRegistry.url,
    token: TOKEN,
    environment: functionEnvironment(moto.url, publicRegistry.url, privateRegistry.url),
    uploadConfig: async (config) => {
      const Body = JSON.stringify(config, undefined, 2);
      await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: CONFIG_KEY, Body }));
    },
    close: () => running.disposeAsync(),
  };
}

function functionEnvironment(
  awsUrl: string,
  publicUrl: string,
  privateUrl: string,
): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    LOG_LEVEL: 'INFO',
    POWERTOOLS_SERVICE_NAME: 'provider-sync-local',
    POWERTOOLS_METRICS_NAMESPACE: 'ProviderSync',
    PUBLIC_REGISTRY_ADDRESS: publicUrl,
    TFC_ADDRESS: privateUrl,
    TFC_ORGANIZATION: ORGANIZATION,
    TFC_TOKEN_SECRET_NAME: SECRET,
    SNS_TOPIC_ARN: TOPIC_ARN,
    CONFIG_BUCKET: BUCKET,
    CONFIG_KEY,
    QUEUE_BUCKET: BUCKET,
    QUEUE_KEY: `${CONFIG_KEY}.provider-sync-local.runs`,
    READ_CONFIG_LOG_GROUP: '/aws/lambda/provider-sync-local-read-config',
    CHECK_VERSION_LOG_GROUP: '/aws/lambda/provider-sync-local-check-version',
    DOWNLOAD_AND_UPLOAD_LOG_GROUP: '/aws/lambda/provider-sync-local-download-and-upload',
    LOG_GROUP: '/aws/lambda/provider-sync-local-cleanup-old-versions',
    KEEP_VERSION_COUNT: '10',
    DRY_RUN: 'false',
  };
}

/** Publishes the sample config's third provider, so that something is there to check and to clean up. */
export async function publishStapler(standIns: StandIns): Promise<void> {
  const { publicUrl, privateUrl, token } = standIns;
  const upstream = createHttpClient({ side: 'upstream', userAgent: 'stand-ins' });
  const destination = createHttpClient({ side: 'destination', userAgent: 'stand-ins' });
  const options = {
    http: destination,
    address: privateUrl,
    organization: ORGANIZATION,
    token: createEnvironmentTokenSource({ TOKEN: token }, 'TOKEN'),
  };
  const clock = { now: () => new Date(), monotonic: () => performance.now() };
  const ports = {
    publicRegistry: createPublicRegistry({ http: upstream, addresses: { [DEFAULT_HOSTNAME]: publicUrl } }),
    destinations: [connectPrivateRegistry({ ...options, clock }).destination],
    destinationsNamed: false,
    events: { append: () => undefined, flush: async () => undefined },
    progress: { signal: () => undefined },
    clock,
  };
  const { summary } = await syncProviders(ports, parseConfig(JSON.stringify(SAMPLE_CONFIG.slice(2))));
  await Promise.all([upstream.close(), destination.close()]);
  if (!summary.ok) throw new Error('The sample provider could not be published.');
}

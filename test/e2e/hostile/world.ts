import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClientOptions, HttpTimeouts } from '../../../src/adapters/http/contract.ts';
import { createPublicRegistry } from '../../../src/adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../../src/adapters/tfe/connect.ts';
import { syncProviders } from '../../../src/application/sync/sync-providers.ts';
import { RUN_RESULT } from '../../../src/cli/render/run-result.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { DEFAULT_HOSTNAME } from '../../../src/domain/provider/address.ts';
import { fixedClock } from '../../fakes/clock.ts';
import { createRecordingReporter } from '../../fakes/event-reporter.ts';
import { createFakeTokenSource } from '../../fakes/token-source.ts';
import { readBody, startHttpServer, type TestServer } from '../../support/http-server.ts';
import { embeddedRegistry, installableVersions } from '../../support/registries.ts';
import { anvil, configOf, LINUX } from '../../support/sync-world.ts';
import { WAITING } from './behaviours.ts';
import { type Behaviour, type Step, startFront } from './front.ts';

export const TOKEN = 'hostile-table.atlasv1.Zm9yZWlnbi1ob3N0cy1uZXZlci1zZWUtdGhpcw';

/** What must come of it: the whole version, or an error of one of these codes and nothing that can be installed. */
interface Expected {
  readonly codes: readonly (ErrorCode | 'published')[];
  /** What the error's message says. */
  readonly message?: RegExp;
}

export interface HostileCase extends Expected {
  /** It happens when all is uploaded: then the version may well be there, whatever is said of it. */
  readonly afterwards?: boolean;
  readonly side: 'upstream' | 'destination';
  readonly step: Step;
  readonly name: string;
  readonly behaviour: Behaviour;
}

/** The product's bounds, a minute each, made two seconds. */
const SHORT_BOUNDS: HttpTimeouts = {
  connectMs: 2000,
  headersMs: 2000,
  idleMs: 2000,
  documentMs: 2000,
  slowMs: 2000,
  leastBytesPerSecond: 1024,
};

const RETRYING: Partial<HttpClientOptions> = {
  retry: { attempts: 2, random: () => 0, totalMs: 10_000 },
  sleep: async () => {},
};

/** Far above what every attempt at its bound takes, and far below for ever. */
export const MOST_MS = 90_000;

/** Another host, to which answers may lead, and that must never be sent the token. */
export interface ForeignHost extends TestServer {
  readonly said: () => string;
}

export async function startForeignHost(): Promise<ForeignHost> {
  let said = '';
  const server = await startHttpServer(async (request, response) => {
    said += `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${String(await readBody(request))}\n`;
    response.writeHead(404).end();
  });
  return { ...server, said: () => said };
}

export interface HostileWorld {
  readonly publicUrl: string;
  readonly foreign: ForeignHost;
}

/** What came of a case. */
export interface Met {
  readonly code: string;
  /** Empty when it was published. */
  readonly message: string;
  readonly installable: unknown;
  /** Every word that was said of it, and all that the foreign host was told. */
  readonly said: string;
}

/** Syncs one provider of one platform against honest registries, one request of which is answered by the case. */
export async function meet(world: HostileWorld, hostile: HostileCase): Promise<Met> {
  await using registry = await embeddedRegistry({ token: TOKEN });
  await using stack = new AsyncDisposableStack();
  const { side } = hostile;
  const upstream = await startFront(world.publicUrl, side === 'upstream' ? hostile : undefined);
  const destination = await startFront(registry.url, side === 'destination' ? hostile : undefined);
  stack.defer(() => upstream.close());
  stack.defer(() => destination.close());
  const heard: string[] = [];
  const client = (of: 'upstream' | 'destination') => {
    const http = createHttpClient({
      // The honest registry has its minute, as has one that need not be waited for: on a busy machine nobody is
      // taken for slow who is not.
      ...(of === side ? RETRYING : {}),
      ...(of === side && WAITING.has(hostile.behaviour) ? { timeouts: SHORT_BOUNDS } : {}),
      side: of,
      userAgent: 'hostile',
      allowedHosts: ['127.0.0.1'],
      onRetry: (event) => void heard.push(JSON.stringify(event)),
    });
    stack.defer(() => http.close());
    return http;
  };
  const clock = fixedClock(new Date('2026-11-01T00:00:00Z'));
  const reporter = createRecordingReporter();
  const result = await syncProviders(
    {
      publicRegistry: createPublicRegistry({
        http: client('upstream'),
        addresses: { [DEFAULT_HOSTNAME]: upstream.url },
      }),
      destinations: [
        connectPrivateRegistry({
          http: client('destination'),
          address: destination.url,
          organization: registry.organization,
          token: createFakeTokenSource(TOKEN),
          clock,
        }).destination,
      ],
      destinationsNamed: false,
      events: reporter,
      progress: reporter,
      clock,
    },
    configOf(anvil('1.1.0', [LINUX])),
    { transfer: { sleep: async () => {}, random: () => 0, limits: { resumes: 1, restarts: 1 } } },
  );

  const [provider] = result.providers;
  const canvas = { columns: 100, color: false };
  heard.push(
    JSON.stringify(result),
    JSON.stringify(reporter.events),
    RUN_RESULT.whole(result, canvas),
    RUN_RESULT.failures(result, canvas),
  );
  return {
    code: provider?.error?.code ?? 'published',
    message: provider?.error?.message ?? '',
    installable: await installableVersions(registry, 'anvil'),
    said: [...heard, world.foreign.said()].join('\n'),
  };
}

/** Nothing, or the version with its platform: never anything between. */
export function allowedOutcomes(hostile: HostileCase, code: string): readonly unknown[] {
  const whole = { '1.1.0': ['linux_amd64'] };
  if (hostile.afterwards) return [{}, whole];
  return [code === 'published' ? whole : {}];
}

/** A name that only a library knows. */
export const RAW_CODE =
  /UND_ERR|\bZ_[A-Z]|HPE_|ERR_(?!TLS)|\[object|\bundefined\b|\bNaN\b|TypeError|unexpected error/;

/** The forms of the token that stand in a text. */
export function formsOfTokenIn(said: string): readonly string[] {
  const bytes = Buffer.from(TOKEN);
  const forms = [
    TOKEN,
    encodeURIComponent(TOKEN),
    bytes.toString('base64').slice(0, -4),
    bytes.toString('hex'),
  ];
  return forms.filter((form) => said.includes(form));
}

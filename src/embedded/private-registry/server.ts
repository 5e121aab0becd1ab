import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { join, resolve } from 'node:path';
import { type Answer, type Exchange, type Intercept, jsonAnswer } from '../http-server/exchange.ts';
import { listenOnLoopback, type RunningServer } from '../http-server/listen.ts';
import { createListener, type Route } from '../http-server/router.ts';
import { openDocuments } from './documents-on-disk.ts';
import { folderHolderRoute, lockFolder } from './folder-lock.ts';
import { gpgKeyRoutes } from './gpg-key-routes.ts';
import { discoveryRoute, installerError, installerRoutes } from './installer-routes.ts';
import { objectRoutes } from './object-routes.ts';
import { platformRoutes } from './platform-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { JSON_API, notFound, Refusal, refusalAnswer, unauthorized } from './refusal.ts';
import { isIncluded, type Registry } from './registry.ts';
import { createSignedLinks, readOrCreateSecret, sameText } from './signed-links.ts';
import { createStore } from './store.ts';
import { versionRoutes } from './version-routes.ts';

export interface EmbeddedRegistryOptions {
  /** Made when it does not exist; one running registry at a time, and a second is refused. */
  readonly dataDir: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The one organization there is. */
  readonly organization: string;
  /** The bearer token of the API and of Terraform's own requests. */
  readonly token: string;
  readonly now?: () => Date;
  readonly pageSizeDefault?: number;
  readonly maxPackageBytes?: number;
  /**
   * True, the default, takes HashiCorp's key for built in, as HCP Terraform does. False wants it added, as
   * Terraform Enterprise before v202309-1 does; only then can this registry hand it to `terraform init`.
   */
  readonly builtInKey?: boolean;
  /**
   * Takes what HCP Terraform takes though no client could verify anything with it: versions with any key id, platforms
   * with any digest, and keys other than RSA and DSA. False by default.
   */
  readonly lenient?: boolean;
  /** Counts a package's bytes and keeps a receipt in their place: for measuring, never for use. */
  readonly discardPackages?: boolean;
  readonly bytesPerSecondPerConnection?: number;
  readonly intercept?: Intercept;
  /** Told of what is answered with 500. */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_PAGE_SIZE = 20;
const DEFAULT_MAX_PACKAGE_BYTES = 4 * 1024 ** 3;
const SOCKET_CHUNK_BYTES = 256 * 1024;

/**
 * A private registry on this machine, kept in a folder: the HCP Terraform API v2 (registry providers, versions,
 * platforms), the registry GPG key API and Terraform's provider registry protocol. It listens on 127.0.0.1
 * alone. It does not compare packages with their shasum: what arrives is for the client to verify.
 * Throws ArgumentsInvalid when the port is taken, or the folder by another registry that runs.
 */
export async function startEmbeddedRegistry(options: EmbeddedRegistryOptions): Promise<RunningServer> {
  const dataDir = resolve(options.dataDir);
  const holderId = randomUUID();
  const ready = Promise.withResolvers<RequestListener>();
  const server = createServer({ highWaterMark: SOCKET_CHUNK_BYTES, requestTimeout: 0 }, (...exchange) => {
    ready.promise.then((listener) => listener(...exchange)).catch(() => exchange[0].destroy());
  });
  // Listening comes first: the lock on the folder names the address at which its holder answers.
  const running = await listenOnLoopback(server, options.port ?? 0);
  try {
    const unlock = await lockFolder(dataDir, running.url, holderId);
    ready.resolve(await openRegistry(dataDir, options, holderId));
    return { ...running, close: () => running.close().then(unlock) };
  } catch (error) {
    ready.promise.catch(() => undefined);
    ready.reject(error);
    await running.close();
    throw error;
  }
}

async function openRegistry(
  dataDir: string,
  options: EmbeddedRegistryOptions,
  holderId: string,
): Promise<RequestListener> {
  const documents = await openDocuments(join(dataDir, 'incoming'));
  const secret = await readOrCreateSecret(join(dataDir, 'link-secret'), documents.temporaryPath());
  const now = options.now ?? (() => new Date());
  const registry: Registry = {
    organization: options.organization,
    store: createStore(dataDir, options.organization, documents),
    links: createSignedLinks(secret, now),
    pageSize: options.pageSizeDefault ?? DEFAULT_PAGE_SIZE,
    builtInKey: options.builtInKey ?? true,
    lenient: options.lenient ?? false,
    now,
    newId: (prefix) => `${prefix}-${randomId()}`,
  };
  const files = objectRoutes({
    ...registry,
    documents,
    maxPackageBytes: options.maxPackageBytes ?? DEFAULT_MAX_PACKAGE_BYTES,
    discardPackages: options.discardPackages ?? false,
    bytesPerSecondPerConnection: options.bytesPerSecondPerConnection,
  });
  return createListener({
    routes: [
      discoveryRoute,
      folderHolderRoute(holderId),
      ...files,
      ...guardedRoutes(registry, options.token),
    ],
    notFound: refusalAnswer(notFound()),
    answerError: (error) => answerError(error, options.onError),
    intercept: options.intercept,
  });
}

/** The routes that take the bearer token, each family refusing in its own shape. */
function guardedRoutes(registry: Registry, token: string): readonly Route[] {
  const allowed = ({ request }: Exchange): boolean =>
    sameText(request.headers.authorization ?? '', `Bearer ${token}`);
  const guard = (routes: readonly Route[], refusal: Answer): readonly Route[] =>
    routes.map((route) => ({
      ...route,
      handle: async (exchange) => (allowed(exchange) ? route.handle(exchange) : refusal),
    }));
  const others = [versionRoutes, platformRoutes, gpgKeyRoutes].flatMap((routes) => routes(registry));
  return [
    ...guard([...providerRoutes(registry), ...others.map(withoutIncludes)], refusalAnswer(unauthorized())),
    ...guard(installerRoutes(registry), installerError(401, 'Unauthorized')),
  ];
}

/** Nothing related can be asked for but a provider's versions; being silent about it would pass for "there is none". */
function withoutIncludes(route: Route): Route {
  return {
    ...route,
    handle: (exchange) => {
      isIncluded(exchange);
      return route.handle(exchange);
    },
  };
}

function answerError(error: unknown, onError: EmbeddedRegistryOptions['onError']): Answer {
  if (error instanceof Refusal) return refusalAnswer(error);
  onError?.(error);
  return jsonAnswer(500, { errors: [{ status: '500', title: 'internal server error' }] }, JSON_API);
}

function randomId(): string {
  return randomBytes(12).toString('base64url').replaceAll(/[-_]/g, 'x');
}

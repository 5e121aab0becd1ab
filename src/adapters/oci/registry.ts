import { SyncError } from '../../domain/errors.ts';
import type { HttpClient, HttpDocument, HttpMethod } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { resolveLink } from '../http/link.ts';
import { oneLine } from '../http/read-document.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';
import { type Authorization, type Scope, tokenRejected } from './authorization.ts';
import { registryErrors } from './schema.ts';

/** The most bytes of a manifest or index: OpenTofu's own limit, and many registries'. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** One repository's part of a registry, spoken to as the OCI distribution specification 1.1 has it. */
export interface Repository {
  readonly registry: Registry;
  /** Without the host. */
  readonly name: string;
}

interface RegistryRequest {
  readonly method: HttpMethod;
  /** Path and query below `/v2/`, or a whole URL on the way of an upload. */
  readonly path: string | URL;
  readonly scope: Scope;
  /** For messages: "the index of hashicorp/random 3.6.0". */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes?: number;
}

export interface Registry {
  readonly http: HttpClient;
  /** Host and port, as the config writes them. */
  readonly host: string;
  /** An absolute address below `/v2/`. */
  urlOf(path: string): URL;
  /** For a streamed request, which must not be the first one of its scope. */
  headersFor(url: URL, scope: Scope): Promise<Readonly<Record<string, string>>>;
  /**
   * Any answer but those that mean the same everywhere: credentials that are not accepted (TokenRejected, after
   * one more try with fresh ones), a lack of rights (AccessDenied), a web page (DestinationResponseInvalid).
   */
  call(request: RegistryRequest): Promise<HttpDocument>;
  /** Makes a repository that is missing; undefined when that is not allowed or not needed here. */
  readonly createRepository: ((repository: string) => Promise<void>) | undefined;
}

export function createRegistry(options: {
  readonly http: HttpClient;
  readonly host: string;
  /** `https://registry.example.com`, where the API is. */
  readonly origin: string;
  readonly authorization: Authorization;
  readonly createRepository?: ((repository: string) => Promise<void>) | undefined;
}): Registry {
  const { http, host, authorization } = options;
  const base = new URL('/v2/', options.origin);
  const urlOf = (path: string): URL => new URL(path, base);
  // An upload may be sent to another host, which is not the one that the credentials are for.
  const headersFor = async (url: URL, scope: Scope) =>
    url.origin === base.origin ? await authorization.headers(scope) : {};
  return {
    http,
    host,
    urlOf,
    headersFor,
    createRepository: options.createRepository,
    call: async (request) => {
      const url = request.path instanceof URL ? request.path : urlOf(request.path);
      const attempt = async () =>
        await http.request({
          method: request.method,
          url: url.href,
          target: request.target,
          maxBytes: request.maxBytes ?? 64 * 1024,
          // Sizes and digests are about the bytes as stored.
          headers: {
            'accept-encoding': 'identity',
            ...request.headers,
            ...(await headersFor(url, request.scope)),
          },
          ...(request.body ? { body: request.body } : {}),
          // An upload's address carries its state.
          ...(request.path instanceof URL ? { secretUrl: true } : {}),
        });
      let document = await attempt();
      if (document.status === 401) {
        const answer = await authorization.answer(request.scope, document);
        if (answer !== 'nothing') document = await attempt();
        if (document.status === 401) {
          throw tokenRejected(host, authorization.description, 401, answer === 'credentials');
        }
      }
      requireUsable(document, host, authorization.description);
      return document;
    },
  };
}

function requireUsable(document: HttpDocument, host: string, description: string): void {
  const { status, target, side } = document;
  if (status === 403) {
    const words = registryWords(document);
    throw new SyncError(
      'AccessDenied',
      `The credentials from ${description} have no right at ${host} to ${target} (403)` +
        `${words === undefined ? '' : `: ${words}`}. Grant them pull and push on the repository.`,
    );
  }
  if (status < 300 && isWebPage(document)) throw responseInvalid(side, target, WEB_PAGE);
  if (status >= 300 && status < 400) {
    throw responseInvalid(side, target, `it points elsewhere (${status}); is the registry's host right?`);
  }
}

/** The codes of the distribution specification that an answer names: `MANIFEST_UNKNOWN`. */
export function errorCodes(document: HttpDocument): readonly string[] {
  return readErrors(document).map(({ code }) => code);
}

/** What a registry says of an error, on one line. */
function registryWords(document: HttpDocument): string | undefined {
  const errors = readErrors(document);
  if (errors.length === 0) return undefined;
  return oneLine(errors.map(({ code, message }) => (message ? `${code}: ${message}` : code)).join('; '));
}

function readErrors(document: HttpDocument): readonly { code: string; message?: string | undefined }[] {
  try {
    const parsed = registryErrors.safeParse(JSON.parse(new TextDecoder().decode(document.bytes)));
    return parsed.success ? parsed.data.errors : [];
  } catch {
    return [];
  }
}

/** The error of a refused request, with the registry's own words. */
export function refused(document: HttpDocument, host: string, advice?: string): SyncError {
  const words = registryWords(document);
  const what = `${host} refused ${document.target} (${document.status})${words === undefined ? '' : `: ${words}`}`;
  return new SyncError('DestinationRejected', `${what}.${advice === undefined ? '' : ` ${advice}`}`);
}

/** A Location or Link that may be followed. Throws DestinationResponseInvalid. */
export function linkOf({ http }: Registry, document: HttpDocument, link: string | null, what: string): URL {
  const url = link === null ? undefined : resolveLink(link, document.url);
  if (url !== undefined) {
    http.noteLink(url, document.url);
    return url;
  }
  throw responseInvalid(document.side, document.target, `its answer has no ${what} that is an https address`);
}

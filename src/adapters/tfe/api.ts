import { SyncError } from '../../domain/errors.ts';
import type { TokenSource } from '../../ports/token-source.ts';
import { parseHttpAddress } from '../http/address.ts';
import type { HttpClient, HttpDocument } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { serverWords } from '../http/read-document.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';

/** A page of 100 members with their keys or links stays far below this. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const JSON_API = 'application/vnd.api+json';

export interface PrivateRegistryOptions {
  readonly http: HttpClient;
  /** The address of HCP Terraform or Terraform Enterprise: `https://app.terraform.io`. */
  readonly address: string;
  readonly organization: string;
  readonly token: TokenSource;
  /**
   * How providers and keys are found. `listing` (default) reads the organization's once for a whole run; `single`
   * asks for each by itself, which is less where a run is about one provider.
   */
  readonly lookup?: 'listing' | 'single';
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query below the address, without a leading slash. */
  readonly path: string;
  /** For messages: "version 1.0.0 of example/aws in the private registry". */
  readonly target: string;
  readonly body?: unknown;
}

/** The HCP Terraform API, spoken with a token. */
export interface Api {
  readonly http: HttpClient;
  readonly organization: string;
  /** Host and port of the address. */
  readonly host: string;
  /**
   * Any answer but those that mean the same everywhere: a token that is not accepted (TokenRejected, after one
   * more try with a fresh one), a lack of rights (AccessDenied), a web page or a redirect
   * (DestinationResponseInvalid), a passing fault (DestinationUnavailable).
   */
  call(request: ApiRequest): Promise<HttpDocument>;
}

export function createApi({ http, address, organization, token }: PrivateRegistryOptions): Api {
  const base = parseHttpAddress(address);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const attempt = async (request: ApiRequest, fresh: boolean): Promise<HttpDocument> => {
    const { method, path, target, body } = request;
    return await http.request({
      method,
      url: new URL(path, base).href,
      target,
      maxBytes: MAX_ANSWER_BYTES,
      headers: {
        accept: JSON_API,
        authorization: `Bearer ${await token.read({ fresh })}`,
        ...(body === undefined ? {} : { 'content-type': JSON_API }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return {
    http,
    organization,
    host: base.host,
    call: async (request) => {
      let document = await attempt(request, false);
      if (document.status === 401) document = await attempt(request, true);
      const refusal = generalRefusal(document, request.target, base.host, token.description);
      if (refusal) throw refusal;
      return document;
    },
  };
}

export function answerInvalid(target: string, why: string): SyncError {
  return responseInvalid('destination', target, why);
}

export function isSuccess({ status }: HttpDocument): boolean {
  return status >= 200 && status < 300;
}

/** The error of a refused change, with the server's own words. */
export function rejected(document: HttpDocument, target: string): SyncError {
  const words = serverWords(document);
  return new SyncError(
    'DestinationRejected',
    `The private registry refused ${target} (${document.status})${words === undefined ? '.' : `: ${words}.`}`,
  );
}

function generalRefusal(
  document: HttpDocument,
  target: string,
  host: string,
  tokenDescription: string,
): SyncError | undefined {
  const { status } = document;
  if (status === 401) {
    return new SyncError(
      'TokenRejected',
      `${host} does not accept the API token from ${tokenDescription} (401). Check that it is a token of ` +
        'this host and has not expired.',
    );
  }
  if (status === 429 || status >= 500) {
    return new SyncError('DestinationUnavailable', `The private registry answered ${status} for ${target}.`);
  }
  if (isWebPage(document)) return answerInvalid(target, WEB_PAGE);
  if (status === 403) {
    const words = serverWords(document);
    return new SyncError(
      'AccessDenied',
      `The API token from ${tokenDescription} has no right to ${target} (403)` +
        `${words === undefined ? '' : `: ${words}`}. Give its team the right to manage private providers.`,
    );
  }
  if (status >= 300 && status < 400) {
    return answerInvalid(target, `it points elsewhere (${status}); is the address complete and right?`);
  }
  return undefined;
}

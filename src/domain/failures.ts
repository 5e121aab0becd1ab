/** Why a request came to nothing: what every adapter knows of a failure before it makes a SyncError of it. */
export interface Failure {
  /** In words and with what to change, to stand after "failed:". */
  readonly reason: string;
  /** False when it is certain that the server got nothing of the request. */
  readonly reached: boolean;
  /** True when the same request may succeed later without anybody changing anything. */
  readonly passing: boolean;
  /** True when an answer came that breaks the protocol: asking again would bring the same. */
  readonly answerBroken: boolean;
}

type Trait = 'not-reached' | 'lasting' | 'answer-broken';
type Words = readonly [reason: string, ...traits: readonly Trait[]];

const CUT = 'the connection was cut';
const NOT_HTTP = 'its answer is not HTTP; is the address right, and is a proxy in the way?';
const NOT_PACKED = 'its answer is not packed as it says (content-encoding)';
const UNTRUSTED =
  'its certificate is not trusted. If a proxy re-signs traffic here, name its certificate in the CA bundle';
const NO_TLS = 'it does not speak TLS as it must. Check the port, and that the address is an https one';

/** By the code of Node's sockets, OpenSSL, zlib and undici. What is not here counts as passing. */
const CONNECTION: Readonly<Record<string, Words>> = {
  EAI_AGAIN: ['the name server did not answer', 'not-reached'],
  ECONNREFUSED: ['it refuses connections; is the port right, and its server running?', 'not-reached'],
  EHOSTUNREACH: ['there is no route to it', 'not-reached'],
  ENETUNREACH: ['there is no network route to it', 'not-reached'],
  EHOSTDOWN: ['it is down', 'not-reached'],
  ETIMEDOUT: ['it did not answer in time'],
  ECONNRESET: [CUT],
  ECONNABORTED: [CUT],
  EPIPE: [CUT],
  UND_ERR_SOCKET: [CUT],
  UND_ERR_INFO: [CUT],
  HPE_INVALID_EOF_STATE: [CUT],
  ERR_STREAM_PREMATURE_CLOSE: [CUT],
  UND_ERR_CONNECT_TIMEOUT: ['no connection came about in time (timeout)', 'not-reached'],
  UND_ERR_HEADERS_TIMEOUT: ['it did not answer in time (timeout)'],
  UND_ERR_BODY_TIMEOUT: ['it stopped sending (timeout)'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['its answer has another length than announced'],
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: ['the file has another length than announced'],
  DOCUMENT_TIMEOUT: ['the answer was not complete in time (timeout)'],
  TOO_SLOW: ['it was too slow (timeout)'],
  // undici asserts what it expects of an answer; the connection is of no use afterwards, a new one may be.
  ERR_ASSERTION: ['its answer broke off in the middle of a message'],

  ENOTFOUND: [
    'its host name is unknown. Check how it is written, and the name server that is asked',
    'not-reached',
    'lasting',
  ],
  EACCES: ['this machine may not connect to it. Check its firewall', 'not-reached', 'lasting'],
  EPERM: ['this machine may not connect to it. Check its firewall', 'not-reached', 'lasting'],
  EADDRNOTAVAIL: ['its address cannot be connected to from here', 'not-reached', 'lasting'],
  BAD_PORT: ['its port is one that is never connected to. Use another port', 'not-reached', 'lasting'],
  UND_ERR_PRX_TLS: [
    "the proxy's certificate is not trusted. Name it in the CA bundle",
    'not-reached',
    'lasting',
  ],
  EPROTO: [NO_TLS, 'not-reached', 'lasting'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another host name. Check the address',
    'not-reached',
    'lasting',
  ],
  ERR_TLS_HANDSHAKE_TIMEOUT: ['no connection came about in time (timeout)', 'not-reached'],
  CERT_HAS_EXPIRED: [
    'its certificate has expired. Its operator must renew it; or is the clock of this machine wrong?',
    'not-reached',
    'lasting',
  ],
  CERT_NOT_YET_VALID: [
    'its certificate is not valid yet. Is the clock of this machine right?',
    'not-reached',
    'lasting',
  ],
  CERT_REVOKED: ['its certificate was revoked', 'not-reached', 'lasting'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [UNTRUSTED, 'not-reached', 'lasting'],
  SELF_SIGNED_CERT_IN_CHAIN: [UNTRUSTED, 'not-reached', 'lasting'],
  UNABLE_TO_GET_ISSUER_CERT: [UNTRUSTED, 'not-reached', 'lasting'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [UNTRUSTED, 'not-reached', 'lasting'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [UNTRUSTED, 'not-reached', 'lasting'],
  CERT_SIGNATURE_FAILURE: [UNTRUSTED, 'not-reached', 'lasting'],
  CERT_UNTRUSTED: [UNTRUSTED, 'not-reached', 'lasting'],
  CERT_REJECTED: [UNTRUSTED, 'not-reached', 'lasting'],
  CERT_CHAIN_TOO_LONG: [UNTRUSTED, 'not-reached', 'lasting'],
  INVALID_CA: [UNTRUSTED, 'not-reached', 'lasting'],
  INVALID_PURPOSE: [UNTRUSTED, 'not-reached', 'lasting'],
  PATH_LENGTH_EXCEEDED: [UNTRUSTED, 'not-reached', 'lasting'],
  HOSTNAME_MISMATCH: [UNTRUSTED, 'not-reached', 'lasting'],

  UND_ERR_HEADERS_OVERFLOW: ['its answer has more headers than are read', 'answer-broken'],
  HPE_HEADER_OVERFLOW: ['its answer has more headers than are read', 'answer-broken'],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ['its answer is longer than is read', 'answer-broken'],
};

/** By the beginning of a code, for families of them. */
const FAMILIES: readonly (readonly [string, Words])[] = [
  ['HPE_', [NOT_HTTP, 'answer-broken']],
  ['Z_', [NOT_PACKED, 'answer-broken']],
  ['ERR__ERROR_FORMAT', [NOT_PACKED, 'answer-broken']],
  ['ERR_BROTLI', [NOT_PACKED, 'answer-broken']],
  ['ERR_PADDING', [NOT_PACKED, 'answer-broken']],
  ['ZSTD_', [NOT_PACKED, 'answer-broken']],
  ['ERR_SSL_', [NO_TLS, 'not-reached', 'lasting']],
];

/** A code that says something to whoever looks it up; those of libraries do not. */
const SHOWN = /^(?:E[A-Z]+(?:_[A-Z]+)?|ERR_TLS_[A-Z_]+|[A-Z_]*(?:CERT|_CA|ISSUER|SIGNATURE)[A-Z_]*)$/;

/** Reads the codes of a failure, from the outermost error to the innermost. */
export function explainCodes(codes: readonly string[]): Failure {
  const shown = codes.find((code) => SHOWN.test(code) && !code.startsWith('ERR_ASSERTION'));
  for (const code of codes) {
    const words = wordsOf(code);
    if (words === undefined) continue;
    const [reason, ...traits] = words;
    return {
      reason: shown === code ? `${reason} (${code})` : reason,
      reached: !traits.includes('not-reached'),
      passing: traits.every((trait) => trait === 'not-reached'),
      answerBroken: traits.includes('answer-broken'),
    };
  }
  const reason = `the request could not be made${shown === undefined ? '' : ` (${shown})`}`;
  return { reason, reached: true, passing: true, answerBroken: false };
}

function wordsOf(code: string): Words | undefined {
  if (Object.hasOwn(CONNECTION, code)) return CONNECTION[code];
  return FAMILIES.find(([beginning]) => code.startsWith(beginning))?.[1];
}

/** What a proxy means that answers the request for a tunnel with `status`. */
export function explainProxy(status: number): Failure {
  const passing = isPassingStatus(status);
  const reason = passing
    ? `the proxy could not connect to it (${status})`
    : status === 407
      ? 'the proxy asks for a user and password (407). Put them into the address in HTTPS_PROXY'
      : `the proxy refused to connect to it (${status}). Let it through at the proxy, or name it in NO_PROXY`;
  return { reason, reached: false, passing, answerBroken: false };
}

/** Statuses that say nothing about the thing asked for and may be different next time. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Names by which services of AWS ask for patience, whatever the status. */
export function isThrottling(name: string): boolean {
  return /Throttl|TooManyRequests|SlowDown|RequestLimitExceeded/.test(name);
}

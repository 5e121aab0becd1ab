import { withoutLinks } from './integrity/untrusted-text.ts';
import { redact } from './secrets/redaction.ts';

/** Who can mend it: the user (config, token, arguments), the public registry, the private registry, or this program. */
export type ErrorOrigin = 'user' | 'upstream' | 'destination' | 'system';

interface ErrorKind {
  readonly origin: ErrorOrigin;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
}

const fatal = (origin: ErrorOrigin): ErrorKind => ({ origin, retryable: false });
const passing = (origin: ErrorOrigin): ErrorKind => ({ origin, retryable: true });

/**
 * Every error this product raises on purpose. The key is the `code` in `--json`, the `name` of the
 * thrown error and what a Step Functions `ErrorEquals` matches: one word everywhere.
 */
const KINDS = {
  ArgumentsInvalid: fatal('user'),
  SettingsInvalid: fatal('user'),
  ConfigInvalid: fatal('user'),
  ConfigNotFound: fatal('user'),
  ConfigUnreadable: fatal('user'),
  ConfigTooLarge: fatal('user'),
  CaBundleUnreadable: fatal('user'),
  SecretUnreadable: fatal('user'),
  AddressRefused: fatal('user'),
  ProviderNotFound: fatal('user'),
  VersionNotFound: fatal('user'),
  PlatformNotFound: fatal('user'),
  TokenRejected: fatal('user'),
  AccessDenied: fatal('user'),
  OrganizationNotFound: fatal('user'),
  ConfirmationRequired: fatal('user'),
  RetentionBrakeApplied: fatal('user'),
  LockFileInvalid: fatal('user'),
  BundleOutOfOrder: fatal('user'),
  DeploymentNotFound: fatal('user'),
  DeploymentConflict: fatal('user'),
  DeploymentInvalid: fatal('user'),
  DeploymentCancelled: fatal('user'),
  PlanRefused: fatal('user'),
  PlanStale: fatal('user'),

  UpstreamUnavailable: passing('upstream'),
  UpstreamUnreachable: fatal('upstream'),
  UpstreamResponseInvalid: fatal('upstream'),
  ReleaseFileMissing: fatal('upstream'),
  ProtocolsUnsupported: fatal('upstream'),
  ShasumsMalformed: fatal('upstream'),
  ShasumsEntryMissing: fatal('upstream'),
  ShasumMismatch: fatal('upstream'),
  PackageVersionMismatch: fatal('upstream'),
  DigestMismatch: fatal('upstream'),
  SignatureMalformed: fatal('upstream'),
  SignatureInvalid: fatal('upstream'),
  SigningKeyMalformed: fatal('upstream'),
  SigningKeyUnknown: fatal('upstream'),
  SigningKeyRevoked: fatal('upstream'),
  SigningKeyUnusable: fatal('upstream'),
  SigningKeyNotPinned: fatal('upstream'),
  BundleInvalid: fatal('upstream'),

  DestinationUnavailable: passing('destination'),
  DestinationUnreachable: fatal('destination'),
  DestinationResponseInvalid: fatal('destination'),
  DestinationRejected: fatal('destination'),
  DestinationNotFound: fatal('destination'),
  ListingIncomplete: fatal('destination'),
  VersionConflict: fatal('destination'),
  CleanupFailed: fatal('destination'),
  StateRefused: fatal('destination'),
  TerraformFailed: fatal('destination'),

  ServiceUnavailable: passing('system'),
  ServiceUnreachable: fatal('system'),
  DeadlineNear: passing('system'),
  RunnerLost: fatal('system'),
  Interrupted: fatal('system'),
  SigningKeyUnsupported: fatal('system'),
  NotificationFailed: passing('system'),
  InternalError: fatal('system'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof KINDS;

/** One thing wrong in what a person wrote, with its place. */
export interface Problem {
  /** JSON path (`$[0].platforms[1].os`), an option (`--concurrency`) or a variable's name. */
  readonly path: string;
  /** The file that the place is in, and its line there from 1; both or neither. */
  readonly file?: string;
  readonly line?: number;
  /** What is wrong, with the value at fault. */
  readonly message: string;
  /** What to write instead, where that is known. */
  readonly fix?: string;
}

export interface SyncErrorDetails {
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
  /** Seconds after which the other side asked to be called again. */
  readonly retryAfterSeconds?: number;
}

/**
 * The most characters of a message: what servers send stands in some, and a message must fit every log, mail and
 * state payload (256 KiB).
 */
const MAX_MESSAGE_LENGTH = 8000;

/**
 * The one error type of the product. `name` is the literal code, so that it survives minifying.
 * The message is for a person: what happened, the value at fault, what to change; never a secret, of which those
 * that are held are taken out of whatever a server said.
 */
export class SyncError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly origin: ErrorOrigin;
  readonly retryable: boolean;
  readonly problems: readonly Problem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: C, message: string, details: SyncErrorDetails = {}) {
    super(shortened(redact(message)), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = code;
    this.code = code;
    this.origin = KINDS[code].origin;
    this.retryable = KINDS[code].retryable;
    this.problems = details.problems ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  return `${message.slice(0, MAX_MESSAGE_LENGTH - 1).toWellFormed()}…`;
}

export const ERROR_CODES = Object.keys(KINDS) as readonly ErrorCode[];

export function isSyncError(error: unknown): error is SyncError {
  return error instanceof SyncError;
}

/** Any thrown value as a `SyncError`: what is not one already is a fault of this program. */
export function toSyncError(error: unknown): SyncError {
  if (isSyncError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SyncError('InternalError', `An unexpected error happened: ${message}`, { cause: error });
}

/** The form of an error in results, `--json` and state payloads. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly origin: ErrorOrigin;
  readonly message: string;
  /** Where in the program it happened and what caused it: of a fault of the program alone. */
  readonly trace?: string;
}

export function reportOf(error: unknown): ErrorReport {
  const known = toSyncError(error);
  const { code, origin } = known;
  const report = { code, origin, message: redact(known.message) };
  return code === 'InternalError' ? { ...report, trace: traceOf(known) } : report;
}

/** A chain longer than this goes round in circles. */
const MOST_CAUSES = 10;
const MAX_TRACE_LENGTH = 6000;

/**
 * The stacks of a fault of this program, and of what caused it; of an error that was raised on purpose the causes'
 * messages alone. Without links, whose paths and queries may be secret, and without secrets.
 */
export function traceOf(error: unknown): string {
  const lines: string[] = [];
  const raised = isSyncError(error) && error.code !== 'InternalError';
  for (let each = error, depth = 0; each instanceof Error && depth < MOST_CAUSES; depth += 1) {
    const text = raised ? `${each.name}: ${each.message}` : (each.stack ?? `${each.name}: ${each.message}`);
    lines.push(depth === 0 ? text : `caused by ${text}`);
    each = each.cause;
  }
  const trace = redact(withoutLinks(lines.join('\n')));
  return trace.length <= MAX_TRACE_LENGTH ? trace : `${trace.slice(0, MAX_TRACE_LENGTH - 1).toWellFormed()}…`;
}

import type { ErrorCode } from '../errors.ts';

/**
 * Errors that every other provider of the run would meet as well, because they are about the token, the organization
 * or the settings, and that no repeat mends. The definition of the state machine names the same ones.
 */
const RUN_ENDING_CODES = [
  'TokenRejected',
  'OrganizationNotFound',
  'SecretUnreadable',
  'CaBundleUnreadable',
  'SettingsInvalid',
] as const satisfies readonly ErrorCode[];

/**
 * The circuit breaker of a run: true when nothing more should be asked after this error. What is under way may
 * finish; the run reports this one cause, and the providers that were not asked by their number.
 */
export function endsRun(code: string): boolean {
  return RUN_ENDING_CODES.some((ending) => ending === code);
}

import type { ErrorCode } from '../../../src/domain/errors.ts';
import type { Behaviour, Step } from './front.ts';
import type { HostileCase } from './world.ts';

const step = (name: string, method: Step['method'], path: RegExp): Step => ({ name, method, path });

export const DISCOVERY = step('service discovery', 'GET', /\.well-known/);
export const VERSIONS = step('the versions', 'GET', /anvil\/versions$/);
export const PACKAGE = step('the package document', 'GET', /\/download\//);
export const SHASUMS = step('SHA256SUMS', 'GET', /SHA256SUMS$/);
export const SIGNATURE = step('the signature', 'GET', /\.sig$/);
export const ZIP = step('the package', 'GET', /\.zip$/);

export const LIST = step('the list of providers', 'GET', /registry-providers\?/);
export const KEYS = step('the signing keys', 'GET', /gpg-keys/);
/** SHA256SUMS and its signature, read back once they were stored. */
export const STORED = step('what was stored', 'GET', /^\/v1\/object\//);
export const CREATE_KEY = step('creating the key', 'POST', /gpg-keys/);
export const CREATE_PROVIDER = step('creating the provider', 'POST', /registry-providers$/);
export const CREATE_VERSION = step('creating the version', 'POST', /\/versions$/);
export const CREATE_PLATFORM = step('creating the platform', 'POST', /\/platforms$/);
export const UPLOAD = step('an upload', 'PUT', /./);

export type Code = ErrorCode | 'published';
type Row = readonly [name: string, behaviour: Behaviour, codes: Code | readonly Code[], message?: RegExp];

export function rows(side: HostileCase['side'], of: Step, list: readonly Row[]): readonly HostileCase[] {
  return list.map(([name, behaviour, codes, message]) => ({
    side,
    step: of,
    name,
    behaviour,
    codes: [codes].flat(),
    ...(message === undefined ? {} : { message }),
  }));
}

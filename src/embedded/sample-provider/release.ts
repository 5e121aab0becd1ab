import { readFile } from 'node:fs/promises';
import type { Platform } from '../../domain/provider/platform.ts';
import { makeSampleRelease, type SampleRelease } from '../sample-registry/make-release.ts';
import { zipProgram } from '../sample-registry/package-contents.ts';
import type { SampleSigningKey } from '../sample-registry/signing-key.ts';

/** Where a script is a program. */
export const NOTES_PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
  { os: 'darwin', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
];

/** The sample provider's program, as it lies beside the program that this is built into. */
export function readNotesProgram(): Promise<string> {
  return readFile(new URL('sample-provider.cjs', import.meta.url), 'utf8');
}

/** `acme/notes` 1.0.0: a provider that does what it says, in a folder of this machine. */
export function makeNotesRelease(key: SampleSigningKey, program: string): Promise<SampleRelease> {
  return makeSampleRelease({
    namespace: 'acme',
    type: 'notes',
    version: '1.0.0',
    protocols: ['6.0'],
    platforms: NOTES_PLATFORMS,
    key,
    contents: (platform) => zipProgram('notes', '1.0.0', platform, program),
  });
}

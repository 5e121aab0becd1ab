import { createHash } from 'node:crypto';
import { formatPlatform, type Platform } from '../../src/domain/provider/platform.ts';

/** One line of what a client could install, as the views of all destinations write it. */
export function viewLine(version: string, platform: Platform, sha256: string): string {
  return `${version} ${formatPlatform(platform)} ${sha256}`;
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

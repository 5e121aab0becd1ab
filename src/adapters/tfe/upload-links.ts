import type { Version } from '../../domain/provider/version.ts';
import type { StoredFile } from './files.ts';

/**
 * The upload links that came with the answers to creations, for the first send of each file. In memory only:
 * a link is a secret.
 *
 * No link is dropped for its age. It lives 25 hours, longer than a run; the read of a version that begins each run
 * drops what an earlier one left; and a link that is refused all the same is followed by a fresh one.
 */
export interface UploadLinks {
  /** Remembers where `file` ("shasums", "linux_amd64") is to be sent, if it has an upload link. */
  remember(type: string, version: Version, file: string, stored: StoredFile): void;
  /** Gives a link once; undefined when there is none or it was taken. */
  take(type: string, version: Version, file: string): StoredFile | undefined;
  /** Drops every link of a version. */
  forget(type: string, version: Version): void;
}

export function createUploadLinks(): UploadLinks {
  const byVersion = new Map<string, Map<string, StoredFile>>();
  const keyOf = (type: string, version: Version) => `${type} ${version.canonical}`;
  return {
    remember: (type, version, file, stored) => {
      if (stored.file.uploaded || stored.file.uploadLink === undefined) return;
      const key = keyOf(type, version);
      byVersion.set(key, (byVersion.get(key) ?? new Map()).set(file, stored));
    },
    take: (type, version, file) => {
      const files = byVersion.get(keyOf(type, version));
      const stored = files?.get(file);
      files?.delete(file);
      return stored;
    },
    forget: (type, version) => void byVersion.delete(keyOf(type, version)),
  };
}

import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { type Problem, SyncError } from '../../../src/domain/errors.ts';
/** A smallest entry. */
export const AWS = {
  provider: 'aws',
  namespace: 'hashicorp',
  platforms: [{ os: 'darwin', arch: 'arm64' }],
};

/** The array form of the design document, as it stands there. */
export const designArray = `[
  {
    "provider": "github",
    "namespace": "integrations",
    "gpg-key-id": "38027F80D7FD5FB2",
    "version": "latest",
    "platforms": [{ "os": "darwin", "arch": "arm64" }]
  },
  {
    "provider": "aws",
    "namespace": "hashicorp",
    "gpg-key-id": "34365D9472D7468F",
    "version": "latest",
    "platforms": [{ "os": "darwin", "arch": "arm64" }]
  }
]
`;

/** The single provider object of the design document. */
export const designSingle = `{
  "provider": "aws",
  "namespace": "hashicorp",
  "gpg-key-id": "34365D9472D7468F",
  "version": "latest",
  "platforms": [{ "os": "darwin", "arch": "arm64" }]
}
`;

/** The error that refuses a text; fails the test when it is accepted. */
export const failureOf = (text: string): SyncError => {
  try {
    parseConfig(text);
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('The config was accepted.');
};

export const problemsOf = (config: unknown): readonly Problem[] => failureOf(JSON.stringify(config)).problems;
export const parse = (config: unknown) => parseConfig(JSON.stringify(config)).providers;

export const entryWith = (keys: Record<string, unknown>) => [{ ...AWS, ...keys }];

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

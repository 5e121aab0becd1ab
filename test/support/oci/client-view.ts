import { verifyShasumsSignature } from '../../../src/domain/integrity/verify-signature.ts';
import { sha256Hex, viewLine } from '../client-lines.ts';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly 'os.version'?: string };
}

interface Document {
  readonly artifactType?: string;
  readonly manifests?: readonly Descriptor[];
  readonly layers?: readonly Descriptor[];
}

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:_[0-9A-Za-z.-]+)?$/;

/**
 * What OpenTofu could install from a repository, asked for as it asks: `tags/list`, the index by its tag, each
 * platform's manifest and blob by digest, every digest and size checked. Beyond OpenTofu, a version counts only when
 * the SHA256SUMS that travels with it is signed by the key beside it and lists every package.
 */
export async function ociClientView(
  registryUrl: string,
  repository: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const get = async (path: string): Promise<Response> =>
    await fetch(`${registryUrl}/v2/${repository}/${path}`, {
      headers: {
        ...headers,
        accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json',
      },
    });
  const follow = async (
    { digest, size }: Descriptor,
    kind: 'manifests' | 'blobs',
  ): Promise<Buffer | undefined> => {
    const response = await get(`${kind}/${digest}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok && `sha256:${sha256Hex(bytes)}` === digest && bytes.length === size
      ? bytes
      : undefined;
  };
  const listed = await get('tags/list');
  if (!listed.ok) return [];
  const { tags } = (await listed.json()) as { tags: readonly string[] | null };
  const lines: string[] = [];
  for (const tag of (tags ?? []).filter((each) => VERSION.test(each))) {
    const index = (await (await get(`manifests/${tag}`)).json()) as Document;
    const shasums = await provedShasums(index.manifests ?? [], follow);
    const targets = (index.manifests ?? []).filter(
      ({ artifactType, platform }) =>
        artifactType === 'application/vnd.opentofu.provider-target' && platform?.['os.version'] === undefined,
    );
    for (const target of targets) {
      const manifest = await follow(target, 'manifests');
      const [layer, ...more] = (JSON.parse(manifest?.toString() ?? '{}') as Document).layers ?? [];
      const zip = layer && more.length === 0 ? await follow(layer, 'blobs') : undefined;
      const sha256 = zip === undefined ? 'nothing' : sha256Hex(zip);
      const { os = '', architecture: arch = '' } = target.platform ?? {};
      lines.push(
        shasums.includes(sha256)
          ? viewLine(tag.replace('_', '+'), { os, arch }, sha256)
          : `${tag} ${os}_${arch} cannot be installed or proved`,
      );
    }
  }
  return lines.toSorted();
}

async function provedShasums(
  descriptors: readonly Descriptor[],
  follow: (descriptor: Descriptor, kind: 'manifests' | 'blobs') => Promise<Buffer | undefined>,
): Promise<string> {
  const evidence = descriptors.find(({ artifactType }) => artifactType?.includes('release-evidence'));
  const manifest = evidence && (await follow(evidence, 'manifests'));
  const { layers = [] } = JSON.parse(manifest?.toString() ?? '{}') as Document;
  const [shasums, signature, key] = await Promise.all(layers.map((layer) => follow(layer, 'blobs')));
  if (!shasums || !signature || !key) return '';
  await verifyShasumsSignature({
    shasums,
    signature,
    keys: [{ claimedKeyId: undefined, asciiArmor: key.toString(), source: undefined }],
    now: new Date('2026-11-01T00:00:00Z'),
    subject: 'the view',
  });
  return shasums.toString();
}

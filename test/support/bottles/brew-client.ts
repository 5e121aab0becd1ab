import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import type { ApiKey } from '../../../src/domain/integrity/jws.ts';

/**
 * What a real brew does with a mirror when it installs, by the recorded runs: what it asks for, what it takes and what
 * it refuses. Written from the recordings alone, with nothing of the product's own code in it.
 */
export interface BrewHost {
  /** HOMEBREW_API_DOMAIN */
  readonly api: string;
  /** HOMEBREW_ARTIFACT_DOMAIN */
  readonly artifacts: string;
  readonly tag: string;
  /** brew 6 asks for `internal`, brew 5 for `formula`. */
  readonly generation: 'internal' | 'formula';
  /** The key built into it. */
  readonly key: ApiKey;
  /** Its glibc is older than 2.39: it installs glibc first. */
  readonly oldGlibc?: boolean;
}

export interface Installed {
  /** `hello-mirror 1.0`, what was poured, in order. */
  readonly poured: readonly string[];
  /** Paths asked for, at either domain. */
  readonly asked: readonly string[];
}

interface BrewFormula {
  readonly name: string;
  readonly pkgVersion: string;
  readonly rebuild: number;
  readonly tag: string;
  readonly checksum: string | undefined;
  readonly dependencies: readonly string[];
}

type Tree = Readonly<Record<string, unknown>>;

/** `brew install NAME` on an empty host: throws with what brew would say. */
export async function brewInstall(host: BrewHost, name: string): Promise<Installed> {
  const asked: string[] = [];
  const get = async (
    base: string,
    path: string,
    accept: string,
  ): Promise<{ status: number; body: Buffer; encoded: boolean }> => {
    asked.push(path);
    const response = await fetch(`${base}/${path}`, { headers: { accept, 'accept-encoding': 'identity' } });
    const encoded = response.headers.has('content-encoding');
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()), encoded };
  };
  const api = await readApi(host, get);
  const wanted = api.aliases.get(name) ?? name;
  const poured: string[] = [];
  const install = async (formulaName: string, top: boolean): Promise<void> => {
    const formula = api.formulae.get(api.aliases.get(formulaName) ?? formulaName);
    if (formula === undefined) throw new Error(`No available formula with the name "${formulaName}".`);
    if (poured.includes(`${formula.name} ${formula.pkgVersion}`)) return;
    if (formula.checksum === undefined) throw new Error(`${formula.name}: no bottle available!`);
    const extra = host.oldGlibc && formula.name !== 'glibc' && api.formulae.has('glibc') ? ['glibc'] : [];
    for (const dependency of [...extra, ...formula.dependencies]) await install(dependency, false);
    await pour(formula as BrewFormula & { checksum: string }, top);
    poured.push(`${formula.name} ${formula.pkgVersion}`);
  };
  const pour = async (formula: BrewFormula & { checksum: string }, top: boolean): Promise<void> => {
    const image = formula.name.replace(/@/g, '/').replace(/\+/g, 'x');
    const ref = formula.rebuild > 0 ? `${formula.pkgVersion}-${formula.rebuild}` : formula.pkgVersion;
    const root = `v2/homebrew/core/${image}`;
    const manifest = await get(
      host.artifacts,
      `${root}/manifests/${ref}`,
      'application/vnd.oci.image.index.v1+json',
    );
    // Of the asked formula itself a missing manifest only costs the tab; a mirror must have it all the same.
    if (manifest.status !== 200)
      throw new Error(
        `${formula.name}: manifest ${manifest.status}${top ? ' (installed without its tab)' : ''}`,
      );
    checkManifest(manifest.body, formula);
    const blob = await get(host.artifacts, `${root}/blobs/sha256:${formula.checksum}`, '*/*');
    if (blob.status !== 200) throw new Error(`${formula.name}: bottle ${blob.status}`);
    const digest = createHash('sha256').update(blob.body).digest('hex');
    if (digest !== formula.checksum || blob.encoded)
      throw new Error(`${formula.name}: Bottle reports different checksum: ${digest}`);
  };
  await install(wanted, true);
  return { poured, asked };
}

function checkManifest(body: Buffer, formula: BrewFormula): void {
  const manifest = parsed(body.toString(), 'not valid JSON');
  const manifests = manifest['manifests'];
  if (!Array.isArray(manifests)) throw new Error(`${formula.name}: Missing 'manifests' section.`);
  const refName = `${formula.pkgVersion}.${formula.tag}${formula.rebuild > 0 ? `.${formula.rebuild}` : ''}`;
  const annotations = (manifests as { annotations?: Record<string, string> }[]).map(
    (entry) => entry.annotations ?? {},
  );
  const byDigest = annotations.filter((each) => each['sh.brew.bottle.digest'] === formula.checksum);
  if (byDigest.length === 0)
    throw new Error(`${formula.name}: Couldn't find manifest matching bottle checksum.`);
  const entry = byDigest.find((each) => each['org.opencontainers.image.ref.name'] === refName);
  if (entry === undefined)
    throw new Error(`${formula.name}: Couldn't find manifest matching bottle checksum (${refName}).`);
  if (entry['sh.brew.tab'] === undefined)
    throw new Error(`${formula.name}: Couldn't find tab from manifest.`);
  parsed(entry['sh.brew.tab'], 'the tab is not valid JSON');
}

function parsed(text: string, complaint: string): Tree {
  try {
    return JSON.parse(text) as Tree;
  } catch {
    throw new Error(complaint);
  }
}

type Get = (
  base: string,
  path: string,
  accept: string,
) => Promise<{ status: number; body: Buffer; encoded: boolean }>;

async function readApi(host: BrewHost, get: Get) {
  const signed = async (path: string): Promise<unknown> => {
    const { status, body } = await get(host.api, path, 'application/json');
    if (status !== 200) throw new Error(`${path}: ${status}, falling back to formulae.brew.sh`);
    return JSON.parse(payloadOf(body.toString(), host.key));
  };
  if (host.generation === 'internal') {
    const content = (await signed(`internal/packages.${host.tag}.jws.json`)) as Tree;
    const formulae = content['formulae'] as Record<string, Tree>;
    return {
      formulae: new Map(
        Object.entries(formulae).map(([name, tree]) => [name, fromPackages(name, tree, host.tag)]),
      ),
      aliases: new Map(Object.entries(content['formula_aliases'] as Record<string, string>)),
    };
  }
  const content = (await signed('formula.jws.json')) as Tree[];
  for (const other of ['formula_tap_migrations', 'cask', 'cask_tap_migrations'])
    await signed(`${other}.jws.json`);
  const formulae = content.map((tree) => fromPublic(tree, host.tag));
  const aliases = content.flatMap((tree) =>
    (tree['aliases'] as string[]).map((alias) => [alias, tree['name'] as string] as const),
  );
  return { formulae: new Map(formulae.map((each) => [each.name, each])), aliases: new Map(aliases) };
}

function payloadOf(text: string, key: ApiKey): string {
  const envelope = parsed(text, 'the API is not valid JSON') as unknown as {
    payload: string;
    signatures: { protected: string; header: { kid: string }; signature: string }[];
  };
  const signature = envelope.signatures.find(({ header }) => header.kid === key.kid);
  if (signature === undefined) throw new Error('Failed to verify integrity (key not found)');
  const publicKey = createPublicKey({ key: { kty: 'RSA', n: key.n, e: key.e }, format: 'jwk' });
  const data = Buffer.from(`${signature.protected}.${envelope.payload}`);
  const options = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
  if (verify('sha512', data, options, Buffer.from(signature.signature, 'base64url'))) return envelope.payload;
  throw new Error('Failed to verify integrity (signature mismatch)');
}

const isLinux = (tag: string): boolean => tag.endsWith('linux');
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string' && !each.startsWith(':')) : [];

function fromPackages(name: string, tree: Tree, tag: string): BrewFormula {
  const revision = (tree['revision'] as number | undefined) ?? 0;
  return {
    name,
    pkgVersion: `${String(tree['stable_version'])}${revision > 0 ? `_${revision}` : ''}`,
    rebuild: (tree['bottle_rebuild'] as number | undefined) ?? 0,
    tag: ((tree['bottle_tag'] as string | undefined) ?? tag).replace(/^:/, ''),
    checksum: tree['bottle_checksum'] as string | undefined,
    dependencies: [
      ...texts(tree['stable_dependencies']),
      ...(isLinux(tag) ? texts(tree['stable_uses_from_macos']) : []),
    ],
  };
}

function fromPublic(tree: Tree, tag: string): BrewFormula {
  const stable = (
    tree['bottle'] as { stable?: { rebuild: number; files: Record<string, { sha256: string }> } }
  ).stable;
  const own = stable && (tag in stable.files ? tag : 'all' in stable.files ? 'all' : undefined);
  const revision = tree['revision'] as number;
  return {
    name: tree['name'] as string,
    pkgVersion: `${(tree['versions'] as { stable: string }).stable}${revision > 0 ? `_${revision}` : ''}`,
    rebuild: stable?.rebuild ?? 0,
    tag: own ?? tag,
    checksum: own === undefined ? undefined : stable?.files[own]?.sha256,
    dependencies: [...texts(tree['dependencies']), ...(isLinux(tag) ? texts(tree['uses_from_macos']) : [])],
  };
}

import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { bottleFilenameOf, imageOf, pkgVersionOf, refNameOf, refOf } from '../../domain/bottle/names.ts';
import { bottleTagFor } from '../../domain/bottle/tags.ts';
import type { ApiKey } from '../../domain/integrity/jws.ts';

/** A formula of the sample upstream. */
export interface SampleFormula {
  readonly name: string;
  readonly version: string;
  readonly revision?: number;
  readonly rebuild?: number;
  /** The tags that it has bottles for; `all` for one that fits every system. */
  readonly tags: readonly string[];
  readonly dependencies?: readonly string[];
  readonly usesFromMacos?: readonly string[];
  readonly aliases?: readonly string[];
  readonly disabled?: boolean;
  readonly deprecated?: boolean;
  /** Further members of its entries in the API: `{ desc: … }`. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** About so many bytes are in each bottle. Default: next to none. */
  readonly bytes?: number;
  /** What a bottle holds, in place of a tarball that is made. */
  readonly contents?: (tag: string) => Uint8Array;
}

export interface SampleKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: ApiKey;
}

/** Everything that the sample upstream answers with, by what is asked. */
export interface SampleWorld {
  /** By path below the API: `internal/packages.x86_64_linux.jws.json`. */
  readonly api: ReadonlyMap<string, Uint8Array>;
  /** By `IMAGE REF`. */
  readonly indexes: ReadonlyMap<string, Uint8Array>;
  /** By digest, `sha256:…`. */
  readonly manifests: ReadonlyMap<string, Uint8Array>;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** A key of the sample's own: it signs nothing but samples, and clients of the real Homebrew do not trust it. */
export function makeSampleKey(kid = 'sample-1'): SampleKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { kid, privateKey, publicKey: { kid, n, e } };
}

/**
 * The envelope around a payload (RFC 7515, RFC 7797), as formulae.brew.sh writes it: base64url with padding.
 * @internal
 */
export function signPayload(
  payload: string,
  { kid, privateKey }: Pick<SampleKey, 'kid' | 'privateKey'>,
): Uint8Array {
  const url = (bytes: Uint8Array) =>
    Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const header = url(Buffer.from('{"alg":"PS512","b64":false,"crit":["b64"]}'));
  const signature = sign('sha512', Buffer.from(`${header}.${payload}`), {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 64,
  });
  const signatures = [{ protected: header, header: { kid }, signature: url(signature) }];
  return Buffer.from(JSON.stringify({ payload, signatures }));
}

/** Makes the world of some formulae for hosts of `tags`, as it was at `generatedAt` (seconds since 1970). */
export async function makeSampleWorld(
  formulae: readonly SampleFormula[],
  options: { readonly tags: readonly string[]; readonly generatedAt: number; readonly key: SampleKey },
): Promise<SampleWorld> {
  const { tags, generatedAt, key } = options;
  const indexes = new Map<string, Uint8Array>();
  const manifests = new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  const digests = new Map<string, Readonly<Record<string, string>>>();
  for (const formula of formulae) {
    const made = await Promise.all(
      formula.tags.map(async (tag) => ({ tag, bytes: await makeBottle(formula, tag) })),
    );
    const entries = made.map(({ tag, bytes }) => {
      const digest = sha256(bytes);
      const annotations = annotationsOf(formula, tag, bytes, digest);
      const manifest = manifestOf(
        bytes,
        digest,
        annotations,
        bottleFilenameOf(formula.name, versionOf(formula), tag),
      );
      blobs.set(`sha256:${digest}`, bytes);
      manifests.set(`sha256:${sha256(manifest)}`, manifest);
      return indexEntry(tag, manifest, annotations);
    });
    const ref = refOf(versionOf(formula));
    indexes.set(`${imageOf(formula.name)} ${ref}`, json({ schemaVersion: 2, manifests: entries }));
    digests.set(formula.name, Object.fromEntries(made.map(({ tag, bytes }) => [tag, sha256(bytes)])));
  }
  const api = new Map<string, Uint8Array>();
  for (const tag of tags) {
    const payload = JSON.stringify(packagesPayload(formulae, tag, generatedAt, digests));
    api.set(`internal/packages.${tag}.jws.json`, signPayload(payload, key));
  }
  const documents = formulae.map((formula) => publicDocument(formula, digests.get(formula.name) ?? {}));
  api.set('formula.jws.json', signPayload(JSON.stringify(documents), key));
  api.set('cask.jws.json', signPayload('[]', key));
  api.set('formula_tap_migrations.jws.json', signPayload('{}', key));
  api.set('cask_tap_migrations.jws.json', signPayload('{}', key));
  return { api, indexes, manifests, blobs };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const versionOf = ({ version, revision = 0, rebuild = 0 }: SampleFormula) => ({ version, revision, rebuild });

/** Holds `NAME/VERSION/…` and no receipt: that is in the index alone. */
async function makeBottle(formula: SampleFormula, tag: string): Promise<Uint8Array> {
  if (formula.contents !== undefined) return formula.contents(tag);
  const root = `${formula.name}/${pkgVersionOf(versionOf(formula))}`;
  const tarball = pack();
  const script = `#!/bin/sh\necho "${formula.name} ${refOf(versionOf(formula))} (${tag})"\n`;
  tarball.entry(
    { name: `${root}/.brew/${formula.name}.rb`, mtime: new Date(0) },
    `class Sample < Formula\nend\n`,
  );
  tarball.entry({ name: `${root}/bin/${formula.name}`, mode: 0o755, mtime: new Date(0) }, script);
  if (formula.bytes !== undefined) {
    const filler = createHash('shake256', { outputLength: formula.bytes }).update(`${root} ${tag}`).digest();
    tarball.entry({ name: `${root}/share/filler`, mtime: new Date(0) }, filler);
  }
  tarball.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tarball) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks), { level: 1 });
}

function annotationsOf(formula: SampleFormula, tag: string, bytes: Uint8Array, digest: string) {
  const system = tag === 'all' ? {} : { arch: tag.startsWith('arm64') ? 'arm64' : 'x86_64' };
  const tab = {
    homebrew_version: '6.0.18',
    changed_files: [],
    source_modified_time: 0,
    compiler: 'clang',
    runtime_dependencies: (formula.dependencies ?? []).map((full_name) => ({ full_name })),
    ...system,
  };
  return {
    'org.opencontainers.image.ref.name': refNameOf(versionOf(formula), tag),
    'sh.brew.bottle.digest': digest,
    'sh.brew.bottle.size': String(bytes.length),
    'sh.brew.tab': JSON.stringify(tab),
  };
}

function manifestOf(bytes: Uint8Array, digest: string, annotations: object, title: string): Uint8Array {
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: `sha256:${digest}`,
    size: bytes.length,
    annotations: { 'org.opencontainers.image.title': title },
  };
  return json({ schemaVersion: 2, layers: [layer], annotations });
}

function indexEntry(tag: string, manifest: Uint8Array, annotations: object) {
  const platform =
    tag === 'all'
      ? {}
      : { platform: { architecture: 'amd64', os: tag.endsWith('linux') ? 'linux' : 'darwin' } };
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${sha256(manifest)}`,
    size: manifest.length,
    ...platform,
    annotations,
  };
}

function packagesPayload(
  formulae: readonly SampleFormula[],
  tag: string,
  generatedAt: number,
  digests: ReadonlyMap<string, Readonly<Record<string, string>>>,
) {
  const aliases = formulae.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name]));
  return {
    metadata: { homebrew_version: '6.0.18', bottle_tag: tag, generated_at: generatedAt },
    formulae: Object.fromEntries(
      formulae.map((formula) => [formula.name, packagesEntry(formula, tag, digests)]),
    ),
    casks: {},
    formula_aliases: Object.fromEntries(aliases),
    formula_renames: {},
    cask_renames: {},
    formula_tap_migrations: {},
    cask_tap_migrations: {},
  };
}

/** Values that are empty are left out, and symbols begin with a colon. */
function packagesEntry(
  formula: SampleFormula,
  tag: string,
  digests: ReadonlyMap<string, Readonly<Record<string, string>>>,
) {
  const taken = bottleTagFor(tag, formula.tags);
  const checksum = taken === undefined ? undefined : digests.get(formula.name)?.[taken];
  const { version, revision = 0, rebuild = 0, dependencies = [], usesFromMacos = [] } = formula;
  return {
    stable_version: version,
    ...(revision > 0 ? { revision } : {}),
    ...(rebuild > 0 ? { bottle_rebuild: rebuild } : {}),
    ...(checksum === undefined ? {} : { bottle_checksum: checksum }),
    ...(taken === undefined || taken === tag ? {} : { bottle_tag: `:${taken}` }),
    ...(dependencies.length > 0 ? { stable_dependencies: dependencies } : {}),
    ...(usesFromMacos.length > 0 ? { stable_uses_from_macos: usesFromMacos } : {}),
    ...(formula.disabled ? { disable_args: { ':because': ':unmaintained' } } : {}),
    ...(formula.deprecated ? { deprecate_args: { ':because': ':unmaintained' } } : {}),
    ...formula.more,
  };
}

function publicDocument(formula: SampleFormula, digests: Readonly<Record<string, string>>) {
  const {
    name,
    version,
    revision = 0,
    rebuild = 0,
    dependencies = [],
    usesFromMacos = [],
    aliases = [],
  } = formula;
  const root_url = 'https://ghcr.io/v2/homebrew/core';
  const files = Object.fromEntries(
    Object.entries(digests).map(([tag, digest]) => [
      tag,
      {
        cellar: ':any_skip_relocation',
        url: `${root_url}/${imageOf(name)}/blobs/sha256:${digest}`,
        sha256: digest,
      },
    ]),
  );
  return {
    name,
    full_name: name,
    tap: 'homebrew/core',
    oldnames: [],
    aliases,
    versions: { stable: version, head: null, bottle: formula.tags.length > 0 },
    revision,
    bottle: formula.tags.length > 0 ? { stable: { rebuild, root_url, files } } : {},
    dependencies,
    uses_from_macos: usesFromMacos,
    uses_from_macos_bounds: usesFromMacos.map(() => ({})),
    deprecated: formula.deprecated ?? false,
    disabled: formula.disabled ?? false,
    ...formula.more,
  };
}

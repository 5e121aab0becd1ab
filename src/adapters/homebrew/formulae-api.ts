import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { SyncError } from '../../domain/errors.ts';
import { type ApiKey, verifySignedText } from '../../domain/integrity/jws.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import type { FormulaeApi, ProvedApi } from '../../ports/bottle-source.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient, HttpDocument } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { checkAs, readJsonAs } from '../http/read-document.ts';
import { packagesCatalog, publicCatalog } from './catalogs.ts';
import { envelope, formulaePayload, packagesPayload } from './schema.ts';

/** The largest real one has some 30 MB, and grows by a few a year. */
const MAX_API_BYTES = 80 * 1024 * 1024;

export const DEFAULT_FORMULAE_API = 'https://formulae.brew.sh/api';

export interface FormulaeApiOptions {
  readonly http: HttpClient;
  /** Without a slash at its end. */
  readonly address: string;
  /** Whom the API must be signed by. */
  readonly keys: readonly ApiKey[];
  readonly clock: Clock;
}

/** formulae.brew.sh, or a server that stands for it. */
export function createFormulaeApi(options: FormulaeApiOptions): FormulaeApi {
  return {
    readPackages: async (tag) => {
      const path = `internal/packages.${tag}.jws.json`;
      const { document, payload, signedBy } = await readSigned(options, path);
      const content = checkAs(document, packagesPayload, parsePayload(document, payload));
      const { bottle_tag: told, generated_at: generatedAt } = content.metadata;
      if (told !== tag)
        throw responseInvalid(document.side, document.target, `it says it is for ${quote(told)}`);
      const catalog = packagesCatalog(tag, content, options.clock.now());
      return { api: provedApi(path, document.bytes, { generatedAt, signedBy }), catalog };
    },
    readFormulae: async (tags) => {
      const path = 'formula.jws.json';
      const { document, payload, signedBy } = await readSigned(options, path);
      const content = checkAs(document, formulaePayload, parsePayload(document, payload));
      const catalogs = tags.map((tag) => publicCatalog(tag, content));
      return { api: provedApi(path, document.bytes, { generatedAt: undefined, signedBy }), catalogs };
    },
    readOther: async (path) => {
      const { document, signedBy } = await readSigned(options, path);
      return provedApi(path, document.bytes, { generatedAt: undefined, signedBy });
    },
    prove: async (path, bytes) => {
      const target = `the API file ${path}`;
      const parsed = envelope.safeParse(parseJson(bytes));
      if (!parsed.success) throw new SyncError('SignatureMalformed', `${target}: it is no signed API file.`);
      return await verifySignedText(parsed.data, options.keys, target);
    },
  };
}

/** A file whose signature holds; nothing in its payload was looked at before that. */
async function readSigned({ http, address, keys }: FormulaeApiOptions, path: string) {
  const target = `the API file ${path}`;
  const document = await http.request({
    method: 'GET',
    url: `${address}/${path}`,
    target,
    maxBytes: MAX_API_BYTES,
    headers: { accept: 'application/json' },
  });
  if (document.status === 404) {
    const { host } = new URL(document.url);
    throw new SyncError('ReleaseFileMissing', `${host} has no ${path} (404). Check the tags in the config.`);
  }
  if (document.status !== 200) {
    throw responseInvalid(document.side, document.target, `the server answered ${document.status}`);
  }
  const signed = readJsonAs(document, envelope);
  const signedBy = await verifySignedText(signed, keys, target);
  return { document, payload: signed.payload, signedBy };
}

/** A run holds one of these a tag until it publishes: 30 MB, or 4 MB packed. */
function provedApi(
  path: string,
  bytes: Uint8Array,
  said: { readonly generatedAt: number | undefined; readonly signedBy: string },
): ProvedApi {
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  const packed = gzipSync(bytes, { level: 1 });
  return { path, sha256, size: bytes.length, ...said, bytes: () => gunzipSync(packed) };
}

function parsePayload(document: HttpDocument, payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw responseInvalid(document.side, document.target, 'what is signed is not JSON');
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

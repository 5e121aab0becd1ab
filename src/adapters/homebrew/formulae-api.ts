import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { SyncError } from '../../domain/errors.ts';
import { type ApiKey, verifySignedText } from '../../domain/integrity/jws.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import type { FormulaeApi, ProvedApi } from '../../ports/bottle-source.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { isWebPage, WEB_PAGE } from '../http/web-page.ts';
import { packagesCatalog, publicCatalog } from './catalogs.ts';
import { NotJson } from './json-text.ts';
import { readEnvelope, readFormulaePayload, readPackagesPayload } from './signed-file.ts';

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
      const { about, proved, payload } = await readSigned(options, path);
      const content = readAs(about, () => readPackagesPayload(payload));
      if (content.tag !== tag) throw about(`it says it is for ${quote(content.tag)}`);
      const catalog = packagesCatalog(tag, content, options.clock.now());
      return { api: { ...proved, generatedAt: content.generatedAt }, catalog };
    },
    readFormulae: async (tags) => {
      const { about, proved, payload } = await readSigned(options, 'formula.jws.json');
      const content = readAs(about, () => readFormulaePayload(payload));
      return { api: proved, catalogs: tags.map((tag) => publicCatalog(tag, content)) };
    },
    readOther: async (path) => (await readSigned(options, path)).proved,
    prove: async (path, bytes) => {
      const target = `the API file ${path}`;
      const refuse = () => new SyncError('SignatureMalformed', `${target}: it is no signed API file.`);
      return await verifySignedText(
        readAs(refuse, () => readEnvelope(bytes)),
        options.keys,
        target,
      );
    },
  };
}

/** Makes the error of what is wrong with a document. */
type About = (problem: string) => SyncError;

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
  const { bytes, side, status } = document;
  const about: About = (problem) => responseInvalid(side, target, problem);
  if (status === 404) {
    const { host } = new URL(document.url);
    throw new SyncError('ReleaseFileMissing', `${host} has no ${path} (404). Check the tags in the config.`);
  }
  if (status !== 200) throw about(`the server answered ${status}`);
  if (isWebPage(document)) throw about(WEB_PAGE);
  const signed = readAs(about, () => readEnvelope(bytes));
  const signedBy = await verifySignedText(signed, keys, target);
  return { about, proved: provedApi(path, bytes, signedBy), payload: signed.payload };
}

function readAs<T>(about: About, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotJson) throw about(`it is not what it should be (${error.message})`);
    throw error;
  }
}

/** A run holds one of these a tag until it publishes: 30 MB, or 4 MB packed. */
function provedApi(path: string, bytes: Uint8Array, signedBy: string): ProvedApi {
  const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
  const packed = gzipSync(bytes, { level: 1 });
  const { length: size } = bytes;
  return { path, sha256, size, generatedAt: undefined, signedBy, bytes: () => gunzipSync(packed) };
}

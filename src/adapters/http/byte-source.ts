import type { SyncError } from '../../domain/errors.ts';
import type { ByteSource, OpenedBytes, ResumePoint } from '../../ports/bytes.ts';
import type { HttpClient, OpenedHttpBody } from './contract.ts';

/**
 * A file behind a GET. `open` throws what `onStatus` makes of any status that brings no bytes, and as
 * `HttpClient.open`.
 */
export function httpByteSource(options: {
  readonly http: HttpClient;
  readonly name: string;
  /** May be a secret link: messages name its host alone. A function is asked at every `open`. */
  readonly url: string | (() => Promise<string>);
  /** A function is asked at every `open`, after `url`. */
  readonly headers?: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);
  readonly onStatus: (status: number) => SyncError;
}): ByteSource {
  const { http, name, url, headers, onStatus } = options;
  const get = async (resume?: ResumePoint): Promise<OpenedHttpBody> => {
    const from = typeof url === 'string' ? url : await url();
    const sent = typeof headers === 'function' ? await headers() : headers;
    return http.open({
      url: from,
      target: name,
      secretUrl: true,
      ...(sent ? { headers: sent } : {}),
      ...(resume ? { resume } : {}),
    });
  };
  return {
    name,
    open: async (resume) => {
      if (resume !== undefined) {
        const partial = await get(resume);
        if (partial.status === 206) {
          const resumed = continued(partial, resume);
          if (resumed !== undefined) return resumed;
        }
        if (partial.status === 200) return whole(partial);
        await discard(partial);
        if (partial.status !== 206 && partial.status !== 416) throw onStatus(partial.status);
      }
      const full = await get();
      if (full.status === 200) return whole(full);
      await discard(full);
      throw onStatus(full.status);
    },
  };
}

function whole({ headers, body }: OpenedHttpBody): OpenedBytes {
  const length = headers.get('content-length');
  const resumable = headers.get('accept-ranges')?.toLowerCase() !== 'none';
  return {
    size: length !== null && /^\d+$/.test(length) ? Number(length) : undefined,
    etag: resumable ? strongEtag(headers) : undefined,
    offset: 0,
    body,
  };
}

/** Only what a single-range 206 (RFC 9110, 15.3.7.1) proves to be the rest of the same representation. */
function continued({ headers, body }: OpenedHttpBody, resume: ResumePoint): OpenedBytes | undefined {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  if (range === null || strongEtag(headers) !== resume.etag) return undefined;
  const [, start, end, total] = range;
  if (Number(start) !== resume.offset) return undefined;
  if (total !== '*' && Number(end) + 1 !== Number(total)) return undefined;
  return {
    size: total === '*' ? undefined : Number(total),
    etag: resume.etag,
    offset: resume.offset,
    body,
  };
}

function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && /^"[^"]*"$/.test(etag) ? etag : undefined;
}

async function discard(opened: OpenedHttpBody): Promise<void> {
  await opened.body[Symbol.asyncIterator]().return?.();
}

import { type Mistake, quote } from '../../provider/mistake.ts';
import type { MirrorLocation } from '../destinations.ts';

const BUCKET_LABEL = '[0-9a-z](?:[0-9a-z-]*[0-9a-z])?';
const BUCKET = new RegExp(`^${BUCKET_LABEL}(?:\\.${BUCKET_LABEL})*$`);

// Amazon S3 User Guide, "General purpose bucket naming rules".
const RESERVED_BUCKET = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/** Characters that no URL needs to escape: a client asks for the keys by URL. */
const SEGMENT = /^[0-9A-Za-z._~-]+$/;

/** An object's key has 1,024 bytes at most; the mirror's own paths need the rest. */
const MAX_PREFIX_LENGTH = 512;
const MAX_PATH_LENGTH = 1024;

/** The grammar of `parseLocation` as a regular expression, for a JSON Schema; it takes a little more. */
export const LOCATION_PATTERN =
  '^(?:s3://[0-9a-z][0-9a-z.-]{1,61}[0-9a-z](?:/[0-9A-Za-z._~/-]*)?|(?!~|[A-Za-z][0-9A-Za-z+.-]*://)\\S(?:.*\\S)?)$';

/** Reads `s3://BUCKET[/PREFIX]` or the path of a folder. Slashes at the end do not count. */
export function parseLocation(text: string): { readonly location: MirrorLocation } | Mistake {
  const [, scheme, rest = ''] = /^([a-z][0-9a-z+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return parseFolder(text);
  if (scheme === 's3') return parseBucketAndPrefix(rest);
  return {
    problem: `${quote(text)} is neither an s3:// location nor a folder.`,
    fix: /^s3$/i.test(scheme)
      ? `Write ${quote(`s3://${rest}`)}.`
      : 'Write "s3://BUCKET/PREFIX", or the path of a folder.',
  };
}

function parseBucketAndPrefix(rest: string): { readonly location: MirrorLocation } | Mistake {
  const [bucket = '', ...segments] = rest.replace(/\/+$/, '').split('/');
  if (bucket.length < 3 || bucket.length > 63 || !BUCKET.test(bucket) || IP_ADDRESS.test(bucket)) {
    return {
      problem: `${quote(bucket)} is not a bucket's name.`,
      fix: 'A bucket has 3 to 63 lower-case letters, digits, dots and dashes, a letter or digit at both ends.',
    };
  }
  if (RESERVED_BUCKET.test(bucket)) {
    return {
      problem: `S3 keeps names such as ${quote(bucket)} for itself.`,
      fix: "Name the bucket's own name.",
    };
  }
  const prefix = segments.join('/');
  const wrong = segments.find((segment) => !SEGMENT.test(segment) || /^\.{1,2}$/.test(segment));
  if (wrong !== undefined) {
    const what = wrong === '' ? 'an empty part' : `the part ${quote(wrong)}`;
    return {
      problem: `The prefix ${quote(prefix)} has ${what}.`,
      fix: 'Write letters, digits, ".", "_", "~" and "-", with single slashes between them.',
    };
  }
  if (prefix.length > MAX_PREFIX_LENGTH) {
    return { problem: `The prefix has more than ${MAX_PREFIX_LENGTH} characters.`, fix: 'Shorten it.' };
  }
  return { location: { scheme: 's3', bucket, prefix } };
}

function parseFolder(text: string): { readonly location: MirrorLocation } | Mistake {
  if (text.trim() === '' || text !== text.trim() || /\p{Cc}/u.test(text) || text.length > MAX_PATH_LENGTH) {
    return {
      problem: `${quote(text)} is not the path of a folder.`,
      fix: 'Write a path such as "./mirror".',
    };
  }
  if (text.startsWith('~')) {
    return {
      problem: `${quote(text)} begins with "~", which only a shell understands.`,
      fix: 'Write the whole path, or one from the working directory, such as "./mirror".',
    };
  }
  const path = text.replace(/^(?:\.\/+)+(?=[^/])/, '').replace(/(?<=[^/])\/+$/, '');
  return { location: { scheme: 'folder', path } };
}

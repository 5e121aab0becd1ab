import * as z from 'zod';

// A well-formed text without control characters (CloudEvents 1.0, "String").
const attribute = z
  .string()
  .min(1)
  .max(2048)
  .refine(
    (text) => !/\p{Cc}/u.test(text) && text.isWellFormed(),
    'holds characters that no attribute may have',
  );

const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"]*"))*$/;

// RFC 3339: a "T", and an offset.
const timestamp = z.iso.datetime({ offset: true });

const KNOWN = {
  specversion: z.literal('1.0'),
  id: attribute,
  source: attribute.regex(URI_REFERENCE),
  type: attribute,
  subject: attribute.optional(),
  time: timestamp.optional(),
  datacontenttype: attribute.regex(MEDIA_TYPE).optional(),
  dataschema: attribute.regex(ABSOLUTE_URI).optional(),
  data: z.unknown().optional(),
  data_base64: z.base64().optional(),
};

const extension = z.union([z.string().max(2048), z.boolean(), z.int32()]);

/** CloudEvents 1.0 in its JSON form; what is not known is an extension: a scalar under a name of small letters and digits. */
export const cloudEvent = z
  .object(KNOWN)
  .catchall(extension)
  .refine((event) => Object.keys(event).every((name) => name in KNOWN || /^[a-z0-9]+$/.test(name)), {
    error: 'attribute names have small letters and digits alone',
  })
  .refine((event) => !('data' in event && 'data_base64' in event), {
    error: 'has both data and data_base64',
  });

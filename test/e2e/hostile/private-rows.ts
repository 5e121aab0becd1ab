import { anyDocument } from './any-document.ts';
import * as b from './behaviours.ts';
import type { Behaviour } from './front.ts';
import {
  type Code,
  CREATE_KEY,
  CREATE_PLATFORM,
  CREATE_PROVIDER,
  CREATE_VERSION,
  KEYS,
  LIST,
  rows,
  STORED,
  UPLOAD,
} from './steps.ts';
import type { HostileCase } from './world.ts';

type Listing = {
  readonly data: unknown;
  readonly meta: { readonly pagination: Record<string, number | null> };
};

/** Each page holds one member that was not there before, and is followed by another. */
const pagesForEver =
  (total: number): Behaviour =>
  ({ request, response, nth }) => {
    const page = Number(/page%5Bnumber%5D=(\d+)/.exec(request.url ?? '')?.[1] ?? 1);
    const attributes = { name: `p${nth}`, namespace: 'example', 'registry-name': 'private' };
    const key = {
      'key-id': nth.toString(16).toUpperCase().padStart(16, '0'),
      'ascii-armor': 'x',
      namespace: 'example',
    };
    const data = [{ id: `${nth}`, type: 'x', attributes: { ...attributes, ...key } }];
    const pagination = {
      'current-page': page,
      'next-page': page + 1,
      'total-count': total,
      'total-pages': total,
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data, meta: { pagination } }));
  };

const announcing = (count: number) => (document: Listing) => ({
  ...document,
  meta: { pagination: { ...document.meta.pagination, 'total-count': count } },
});

const backwards = (document: Listing) => ({
  ...document,
  meta: { pagination: { ...document.meta.pagination, 'next-page': 0 } },
});

const ANY_FAILURE: readonly Code[] = [
  'DestinationResponseInvalid',
  'DestinationRejected',
  'DestinationUnavailable',
  'DestinationNotFound',
  'AccessDenied',
];

const AFTERWARDS: readonly Code[] = [...ANY_FAILURE, 'VersionConflict'];

/** What the private registry does. */
export const PRIVATE: readonly HostileCase[] = [
  ...anyDocument('destination', KEYS),
  ...rows('destination', LIST, [
    ['does not accept the token', b.says(401), 'TokenRejected', /401/],
    ['repeats the token in a 401', b.repeatsTheRequest(401), 'TokenRejected'],
    ['repeats the token in a 403', b.repeatsTheRequest(403), ['AccessDenied', 'published']],
    ['repeats the token in a 500', b.repeatsTheRequest(500), 'DestinationUnavailable'],
    ['has a next page for ever', pagesForEver(1000), ['ListingIncomplete', 'published']],
    ['announces more than can be', pagesForEver(1e9), ['DestinationResponseInvalid', 'published']],
    ['says that the next page is the one before', b.altered(backwards), ['ListingIncomplete', 'published']],
    [
      'announces a million and brings none',
      b.altered(announcing(1_000_000)),
      ['ListingIncomplete', 'published'],
    ],
    ['does not say which page it is', b.json({ data: [] }), ['ListingIncomplete', 'published']],
    ['hangs up', b.hangsUp, 'DestinationUnavailable'],
    ['drips', b.dripsBody, 'DestinationUnavailable', /timeout/],
  ]),
  ...rows('destination', KEYS, [
    ['answers 403 and repeats the token', b.repeatsTheRequest(403), 'AccessDenied', /redacted/],
    ['has no data', b.json({}), ['DestinationResponseInvalid', 'published']],
    ['has a next page for ever', pagesForEver(1000), ['ListingIncomplete', 'DestinationResponseInvalid']],
    ['announces more than can be', pagesForEver(1e9), 'DestinationResponseInvalid'],
  ]),
  ...rows('destination', STORED, [
    ['is another file', b.remade(() => Buffer.from('another')), AFTERWARDS],
    ['is not there', b.says(404), AFTERWARDS],
    ['is a captive portal', b.isAPortal, AFTERWARDS],
    ['drips', b.dripsBody, AFTERWARDS],
    ['never ends', b.neverEnds, AFTERWARDS],
  ]).map((each) => ({ ...each, afterwards: true })),
  ...[CREATE_KEY, CREATE_PROVIDER, CREATE_VERSION, CREATE_PLATFORM].flatMap((creating) =>
    rows('destination', creating, [
      ['refuses and repeats the token', b.repeatsTheRequest(422), [...ANY_FAILURE, 'published']],
      ['answers 403', b.says(403), [...ANY_FAILURE, 'OrganizationNotFound']],
      ['answers 404', b.says(404), [...ANY_FAILURE, 'OrganizationNotFound']],
      ['answers 500', b.says(500), ANY_FAILURE],
      ['answers 429', b.says(429), 'DestinationUnavailable', /429/],
      ['hangs up before it acts', b.hangsUp, 'DestinationUnavailable'],
      [
        'acts and hangs up',
        async ({ honest, socket }) => {
          await honest();
          socket.destroy();
        },
        ['published', 'DestinationUnavailable'],
      ],
      ['says nothing', b.isSilent, 'DestinationUnavailable', /timeout/],
      ['is a captive portal', b.isAPortal, 'DestinationResponseInvalid', /captive portal/],
      [
        'claims success and creates nothing',
        b.json({ data: { id: '1', type: 'x', attributes: {}, links: {} } }, 201),
        [...ANY_FAILURE, 'OrganizationNotFound'],
      ],
      ['answers 201 with nothing', b.says(201), ANY_FAILURE],
    ]),
  ),
  ...rows('destination', UPLOAD, [
    ['takes it and stores nothing', b.says(200), ANY_FAILURE],
    ['takes it with a web page', b.isAPortal, ANY_FAILURE],
    ['refuses', b.says(403), 'DestinationRejected', /403/],
    ['says it is too large', b.says(413), 'DestinationRejected', /413/],
    ['answers 500', b.says(500), 'DestinationUnavailable', /500/],
    ['answers 429', b.says(429), 'DestinationUnavailable', /429/],
    ['refuses and repeats what it was sent', b.repeatsTheRequest(400), 'DestinationRejected'],
    ['hangs up', b.hangsUp, 'DestinationUnavailable'],
    ['resets', b.resets, 'DestinationUnavailable'],
    ['does not read', b.isDeaf, 'DestinationUnavailable', /timeout/],
    ['reads and says nothing', b.isSilent, 'DestinationUnavailable', /timeout/],
    ['answers a byte at a time', b.dripsBody, 'DestinationUnavailable', /timeout/],
    ['answers by dripping headers', b.dripsHeaders, ['DestinationUnavailable', 'DestinationResponseInvalid']],
    ['answers without end', b.neverEnds, ANY_FAILURE],
    ['answers before it was sent', ({ response }) => void response.writeHead(200).end(), ANY_FAILURE],
    ['speaks SSH', b.raw('SSH-2.0-OpenSSH\r\n'), 'DestinationResponseInvalid', /not HTTP/],
    [
      'stores it and hangs up',
      async ({ honest, socket }) => {
        await honest();
        socket.destroy();
      },
      ['published', 'DestinationUnavailable', 'DestinationRejected'],
    ],
  ]),
];

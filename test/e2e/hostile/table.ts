import * as b from './behaviours.ts';
import { PRIVATE } from './private-rows.ts';
import { PUBLIC } from './public-rows.ts';
import { CREATE_PLATFORM, CREATE_VERSION, LIST, PACKAGE, rows, UPLOAD, VERSIONS } from './steps.ts';
import type { HostileCase } from './world.ts';

/** Behaviours that lead to another host, which must never see the token. */
function leadingAway(foreign: string): readonly HostileCase[] {
  return [
    ...rows('upstream', VERSIONS, [
      ['redirects to a foreign host', b.redirects(`${foreign}/x`), 'ProviderNotFound'],
    ]),
    ...rows('upstream', PACKAGE, [
      [
        'links to packages at a foreign host',
        b.altered((d: object) => ({ ...d, download_url: `${foreign}/a.zip` })),
        'ReleaseFileMissing',
      ],
      [
        'links to sums at a foreign host',
        b.altered((d: object) => ({ ...d, shasums_url: `${foreign}/sums` })),
        'ReleaseFileMissing',
      ],
    ]),
    ...rows('destination', LIST, [
      [
        'redirects to a foreign host',
        b.redirects(`${foreign}/x`),
        [
          'OrganizationNotFound',
          'DestinationNotFound',
          'DestinationResponseInvalid',
          'published',
          'AccessDenied',
          'DestinationRejected',
        ],
      ],
    ]),
    ...rows('destination', CREATE_VERSION, [
      [
        'redirects to a foreign host',
        b.redirects(`${foreign}/x`, 307),
        'DestinationResponseInvalid',
        /points elsewhere/,
      ],
      [
        'links uploads to a foreign host',
        b.altered((d: Linked) => withLinks(d, `${foreign}/up`)),
        ['DestinationRejected', 'DestinationResponseInvalid', 'published'],
      ],
    ]),
    ...rows('destination', CREATE_PLATFORM, [
      [
        'links uploads to a foreign host',
        b.altered((d: Linked) => withLinks(d, `${foreign}/up`)),
        ['DestinationRejected', 'DestinationResponseInvalid', 'published'],
      ],
    ]),
    ...rows('destination', UPLOAD, [
      ['redirects to a foreign host', b.redirects(`${foreign}/up`, 307), 'DestinationRejected', /307/],
    ]),
  ];
}

/** A document of the private registry that says where to upload. */
interface Linked {
  readonly data: { readonly links?: Record<string, string> };
}

function withLinks(document: Linked, link: string): Linked {
  const { data } = document;
  const links = Object.fromEntries(Object.keys(data.links ?? {}).map((name) => [name, link]));
  return { ...document, data: { ...data, links } };
}

export function hostileTable(foreign: string): readonly HostileCase[] {
  return [...PUBLIC, ...PRIVATE, ...leadingAway(foreign)];
}

import type { Fault } from '../chaos-proxy.ts';

const refused = {
  kind: 'answer',
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>',
} as const;

/** S3 that takes no states, from the moment that it is told to a chaos proxy. */
export const NO_STATES: Fault = {
  method: 'PUT',
  path: /terraform\.tfstate\?/,
  times: Number.POSITIVE_INFINITY,
  action: refused,
};

/** S3 that takes nothing at all, and lets nothing go. */
export const NOTHING_WRITTEN: Fault = {
  method: ['PUT', 'DELETE'],
  times: Number.POSITIVE_INFINITY,
  action: refused,
};

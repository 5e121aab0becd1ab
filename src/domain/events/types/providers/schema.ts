import * as z from 'zod';
import {
  bytes,
  check,
  day,
  destination,
  digest,
  type EventTypeDefinition,
  error,
  person,
  reason,
  text,
  version,
} from '../fields/schema.ts';

const keyId = text(40, 'The primary key’s id, in hex.');
const moment = z.iso.datetime().describe('A moment, in UTC.');
const number = z.int().min(1).describe('Counts the decisions of this kind, from 1.');
const platform = z
  .string()
  .regex(/^[a-z0-9]+_[a-z0-9]+$/)
  .describe('linux_amd64');
const versions = text(200, 'The versions: an exact one or a constraint.');

/** What a delivery is told as, before it and after it: they have to agree member for member. */
const DELIVERY = {
  data: z.strictObject({
    version,
    destination,
    how: z.enum(['published', 'completed']),
    signedBy: keyId,
    bytes,
    day,
  }),
  identity: ['version', 'destination', 'how', 'signedBy', 'bytes', 'day'],
} as const satisfies Omit<EventTypeDefinition, 'summary'>;

/** What happens to providers, from a version’s first sight to its deletion. The subject is the provider. */
export const PROVIDER_EVENTS = {
  'version.sighted': {
    summary: 'A version was seen for the first time with this SHA256SUMS.',
    data: z.strictObject({
      version,
      shasums: digest,
      publishedAt: moment
        .optional()
        .describe('What the registry says of its publishing; only from a provider’s first day.'),
    }),
    identity: ['version', 'shasums'],
  },
  'version.recut': {
    summary: 'A version that was known appeared with another SHA256SUMS.',
    data: z.strictObject({ version, shasums: digest, before: digest }),
    identity: ['version', 'shasums', 'before'],
  },
  'version.resolved': {
    summary: 'The version that a config asks for was found.',
    data: z.strictObject({ version, requested: text(200, 'What the config asks for.'), day }),
    identity: ['version', 'requested', 'day'],
  },
  'version.held': {
    summary: 'A version was asked for and is not admitted yet.',
    data: z.strictObject({
      version,
      shasums: digest.optional(),
      rules: z.array(text(40, 'A rule of the policy.')).min(1).max(10),
      until: moment.optional().describe('Absent when it waits for a person.'),
    }),
    identity: ['version', 'shasums', 'rules', 'until'],
  },
  'version.refused': {
    summary: 'A version was asked for that is never delivered.',
    data: z.strictObject({ version, rule: text(40, 'The rule of the policy.'), reason }),
    identity: ['version', 'rule', 'reason'],
  },
  'version.admitted': {
    summary: 'A version was let in.',
    data: z.strictObject({
      version,
      shasums: digest,
      rule: text(40, 'The rule that let it in.'),
      by: person.optional().describe('Who approved it, where a person did.'),
    }),
    identity: ['version', 'shasums', 'rule', 'by'],
  },
  'version.approved': {
    summary: 'A person let a version in.',
    data: z.strictObject({ version, shasums: digest, by: person, reason, number }),
    identity: ['version', 'shasums', 'by', 'reason', 'number'],
  },
  'versions.recalled': {
    summary: 'A person called versions back.',
    data: z.strictObject({
      versions,
      by: person,
      reason,
      delete: z.boolean().describe('Whether they are deleted from private registries as well.'),
      number,
    }),
    identity: ['versions', 'by', 'reason', 'delete', 'number'],
  },
  'versions.unrecalled': {
    summary: 'A person took a recall back.',
    data: z.strictObject({ versions, by: person, reason, number }),
    identity: ['versions', 'by', 'reason', 'number'],
  },
  'version.gone-upstream': {
    summary: 'A version that was delivered is no longer listed by its public registry.',
    data: z.strictObject({ version }),
    identity: ['version'],
  },
  'version.taken-out': {
    summary: 'A recalled version was taken out of a destination.',
    data: z.strictObject({
      version,
      destination,
      how: z.enum(['unlisted', 'deleted']).describe('Out of a mirror’s index, or wholly.'),
      reason,
      day,
    }),
    identity: ['version', 'destination', 'how', 'reason', 'day'],
  },
  'release.verified': {
    summary: 'The documents of a release hold together: sums, signature and key.',
    data: z.strictObject({
      version,
      shasums: digest,
      signedBy: keyId,
      checks: z.array(check).max(2000).describe('The checks that ran, and what each found.'),
      day,
    }),
    identity: ['version', 'shasums', 'signedBy', 'checks', 'day'],
  },
  'release.remarked': {
    summary: 'Something about a release that a person should know and that refuses nothing.',
    data: z.strictObject({ version, remark: text(2000, 'What to know.') }),
    identity: ['version', 'remark'],
  },
  'signing-key.added': {
    summary: 'A signing key was added to a destination.',
    data: z.strictObject({ version, destination, keyId, day }),
    identity: ['version', 'destination', 'keyId', 'day'],
  },
  'package.transferred': {
    summary: 'A package reached destinations.',
    data: z.strictObject({
      version,
      destination: text(2000, 'The names of the destinations that took it.'),
      platform,
      bytes,
      sha256: digest.describe('Of the package.'),
      day,
    }),
    identity: ['version', 'destination', 'platform', 'bytes', 'sha256', 'day'],
  },
  'package.failed': {
    summary: 'A package did not reach a destination.',
    data: z.strictObject({ version, destination, platform, ...error, day }),
    identity: ['version', 'destination', 'platform', 'code', 'message', 'day'],
  },
  'version.delivered': {
    summary: 'A version became visible at a destination, whole.',
    ...DELIVERY,
  },
  'version.intended': {
    summary:
      'A version is about to become visible at a destination, whole: what its delivery is told as, should the run not live to tell it.',
    ...DELIVERY,
  },
  'version.confirmed': {
    summary: 'A version stood at a destination as upstream has it.',
    data: z.strictObject({ version, destination, day }),
    identity: ['version', 'destination', 'day'],
  },
  'version.conflicted': {
    summary: 'A version stood at a destination with other contents than upstream.',
    data: z.strictObject({ version, destination, ...error, day }),
    identity: ['version', 'destination', 'code', 'message', 'day'],
  },
  'provider.failed': {
    summary: 'A provider could not be brought to a destination, or not even read.',
    data: z.strictObject({ version: version.optional(), destination: destination.optional(), ...error, day }),
    identity: ['version', 'destination', 'code', 'message', 'day'],
  },
  'version.deleted': {
    summary: 'A cleanup deleted a version. The subject is the provider as the destination calls it.',
    data: z.strictObject({ version: text(200, 'As the destination writes it.'), destination, reason, day }),
    identity: ['version', 'destination', 'reason', 'day'],
  },
  'version.deletion-failed': {
    summary: 'A cleanup could not delete a version. The subject is the provider as the destination calls it.',
    data: z.strictObject({ version: text(200, 'As the destination writes it.'), destination, ...error, day }),
    identity: ['version', 'destination', 'code', 'message', 'day'],
  },
} as const satisfies Record<string, EventTypeDefinition>;

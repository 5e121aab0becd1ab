import * as z from 'zod';

const text = (maximum: number, description: string) => z.string().min(1).max(maximum).describe(description);
const version = text(100, 'The version, canonical: 6.57.0.');
const destination = text(200, 'The destination’s name in the config.');
const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the exact bytes of SHA256SUMS, in hex: two releases under one version differ in it.');
const keyId = text(40, 'The primary key’s id, in hex.');
const bytes = z.int().min(0).describe('In bytes.');
const moment = z.iso.datetime().describe('A moment, in UTC.');
const day = z.iso
  .date()
  .describe('The day it happened, in UTC: the same thing on another day is another fact.');
const person = text(300, 'Who: a login, what --as says, or an ARN.');
const reason = text(2000, 'Why, for people: one line.');
const number = z.int().min(1).describe('Counts the decisions of this kind, from 1.');
const platform = z
  .string()
  .regex(/^[a-z0-9]+_[a-z0-9]+$/)
  .describe('linux_amd64');
const versions = text(200, 'The versions: an exact one or a constraint.');
const status = z.enum([
  'PENDING_DEPLOY',
  'DEPLOYING',
  'DEPLOYED',
  'PENDING_DESTROY',
  'DESTROYING',
  'DESTROYED',
  'FAILED',
]);
const run = text(80, 'The run: the deployment’s id, what it does, and the generation that it began with.');
const planDigest = digest.describe('SHA-256 of the plan file, in hex.');
const stateKey = text(1024, 'Where the state lies that the plan was made against.');
const amount = z.int().min(0).describe('How many resources.');
const error = { code: text(60, 'The error’s code.'), message: text(8000, 'What went wrong, for people.') };

const check = z.strictObject({
  check: text(100, 'What was checked.'),
  subject: text(500, 'The file, platform or key it was about.'),
  passed: z.boolean(),
  detail: z.string().max(2000).describe('What was found.'),
});

interface EventTypeDefinition {
  readonly summary: string;
  readonly data: z.ZodObject;
  /** The members of `data` that make the fact, beside type and subject. All others follow from them. */
  readonly identity: readonly string[];
}

/** Every fact that the product records: what it is, what its data holds, and which of it makes two reports the same fact. */
export const EVENT_TYPES = {
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
    data: z.strictObject({
      version,
      destination,
      how: z.enum(['published', 'completed']),
      signedBy: keyId,
      bytes,
      day,
    }),
    identity: ['version', 'destination', 'how', 'signedBy', 'bytes', 'day'],
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
  'bottle.transferred': {
    summary: 'A bottle reached a mirror, every check passed. The subject is the bottle’s file name.',
    data: z.strictObject({
      destination,
      bytes,
      sha256: digest.describe('Of the bottle.'),
      checks: z.array(check).max(2000).describe('The checks that ran, and what each found.'),
      day,
    }),
    identity: ['destination', 'bytes', 'sha256', 'checks', 'day'],
  },
  'bottle.failed': {
    summary: 'A bottle did not reach a mirror. The subject is the bottle’s file name.',
    data: z.strictObject({ destination, ...error, day }),
    identity: ['destination', 'code', 'message', 'day'],
  },
  'bottles.published': {
    summary: 'Clients of a mirror of bottles are shown another snapshot. The subject is the snapshot’s name.',
    data: z.strictObject({ destination, bottles: z.int().min(0).describe('How many it holds.'), day }),
    identity: ['destination', 'bottles', 'day'],
  },
  'deployment.moved': {
    summary: 'A deployment came into another state. The subject is "deployment/" and its id.',
    data: z.strictObject({
      from: status.optional().describe('Absent when it was asked for.'),
      to: status,
      generation: z.int().min(1).describe('Counts the deployment’s changes of state, from 1.'),
      kind: text(100, 'The kind of deployment.'),
      kindDigest: digest.optional().describe('Of the files of the kind that it was run with.'),
      by: person.describe('Who asked, or which runner it was.'),
      run: run.optional(),
      resources: z.int().min(0).optional().describe('How many resources its state holds by then.'),
      code: text(60, 'The error’s code.').optional(),
      reason: reason.optional(),
    }),
    identity: ['from', 'to', 'generation', 'by'],
  },
  'deployment.planned': {
    summary: 'Terraform planned a deployment, with these providers.',
    data: z.strictObject({
      run,
      plan: planDigest,
      stateKey,
      add: amount,
      change: amount,
      replace: amount,
      destroy: amount,
      providers: z.array(text(300, 'A provider and its version.')).max(100),
    }),
    identity: ['run', 'plan'],
  },
  'deployment.approved': {
    summary: 'A person let one plan be applied, once.',
    data: z.strictObject({ run, plan: planDigest, stateKey, by: person }),
    identity: ['run', 'plan', 'by'],
  },
  'deployment.cancel-asked': {
    summary: 'A person asked that a run be stopped.',
    data: z.strictObject({ run, by: person }),
    identity: ['run', 'by'],
  },
  'deployment.lock-broken': {
    summary: 'The lock of a runner that is dead by evidence was taken away.',
    data: z.strictObject({
      run,
      lock: text(100, 'The lock’s id.'),
      owner: text(300, 'Who held it, as the lock says.'),
      evidence: text(2000, 'Why its owner is dead.'),
    }),
    identity: ['run', 'lock'],
  },
  'deployment.drifted': {
    summary: 'What is deployed is no longer what its state says.',
    data: z.strictObject({
      serial: z.int().min(0).describe('Of the state that it was compared with.'),
      resources: z.array(text(500, 'The address of a resource, and how it drifted.')).min(1).max(100),
      day,
    }),
    identity: ['serial', 'resources', 'day'],
  },
  'run.ended': {
    summary: 'A run came to its end. The subject is “runs”.',
    data: z.strictObject({
      run: text(200, 'The run’s id: an execution’s, or one that the command line made.'),
      what: z.enum(['sync', 'cleanup', 'bottles']),
      ok: z.boolean().describe('False when something failed, conflicts, is refused or was stopped.'),
      durationMs: z.int().min(0).describe('In milliseconds.'),
      bytes: bytes.describe('Package bytes that reached a destination, in bytes.'),
      outcomes: z
        .record(z.string().max(40), z.int().min(0))
        .describe('How many providers had each outcome: published, up-to-date, held, failed, …'),
      failures: z
        .array(
          z.strictObject({
            address: text(300, 'The provider.'),
            version: version.optional(),
            destination: destination.optional(),
            code: error.code,
            message: text(1000, 'What went wrong, for people.'),
          }),
        )
        .max(50)
        .describe('The first 50 of what failed.'),
    }),
    identity: ['run', 'what'],
  },
  'ledger.conflict': {
    summary: 'An event came again under its source and id with other contents; the first stays.',
    data: z.strictObject({
      ofSource: text(500, 'The event’s source.'),
      ofId: text(500, 'The event’s id.'),
      ofType: text(500, 'The later event’s type.'),
      contents: digest.describe('SHA-256 of the later contents.'),
    }),
    identity: ['ofSource', 'ofId', 'contents'],
  },
} as const satisfies Record<string, EventTypeDefinition>;

export type EventName = keyof typeof EVENT_TYPES;

/** What the data of one type holds. */
export type EventData<N extends EventName> = z.output<(typeof EVENT_TYPES)[N]['data']>;

const PREFIX = 'provider-sync.';

/** `provider-sync.version.sighted.v1`: an incompatible change of the data gets another number. */
export function eventType(name: EventName): string {
  return `${PREFIX}${name}.v1`;
}

const NAMES = new Map(
  Object.keys(EVENT_TYPES).map((name) => [eventType(name as EventName), name as EventName]),
);

/** The product's own name of a type; undefined for everybody else's. */
export function eventNameOf(type: string): EventName | undefined {
  return NAMES.get(type);
}

/** The data of an event of the product's own, or undefined when it is of another type or not what the type says. */
export function dataOf<N extends EventName>(
  name: N,
  event: { readonly type: string; readonly data?: unknown },
): EventData<N> | undefined {
  if (event.type !== eventType(name)) return undefined;
  const parsed = EVENT_TYPES[name].data.safeParse(event.data);
  return parsed.success ? (parsed.data as EventData<N>) : undefined;
}

/** The JSON Schema of one type's data. */
export function eventJsonSchema(name: EventName): Record<string, unknown> {
  const schema = z.toJSONSchema(EVENT_TYPES[name].data, { io: 'input' });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    $id: `urn:provider-sync:events:${name}:v1`,
    title: eventType(name),
    ...rest,
    description: EVENT_TYPES[name].summary,
  };
}

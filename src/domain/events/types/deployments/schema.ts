import * as z from 'zod';
import { day, digest, type EventTypeDefinition, person, reason, text } from '../fields/schema.ts';

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

/** What happens to a deployment. The subject is "deployment/" and its id. */
export const DEPLOYMENT_EVENTS = {
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
} as const satisfies Record<string, EventTypeDefinition>;

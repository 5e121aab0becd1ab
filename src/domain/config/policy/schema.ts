import * as z from 'zod';
import {
  type AdmissionPolicy,
  APPROVAL_RULES,
  DURATION_PATTERN,
  parseDuration,
  parseProviderPattern,
  parseReason,
} from '../../admission/policy.ts';
import { HOSTNAME_PATTERN, NAME_PATTERN, parseHostname, parseNamespace } from '../../provider/address.ts';
import { CONSTRAINT_PATTERN, parseConstraint } from '../../provider/constraint.ts';
import { MAX_VERSION_LENGTH } from '../../provider/version.ts';
import { parsedText } from '../text/schema.ts';

const PART = `(?:\\*|${NAME_PATTERN})`;

const providerPattern = parsedText(parseProviderPattern, {
  description: 'NAMESPACE/TYPE or HOSTNAME/NAMESPACE/TYPE, with * for any part.',
  examples: ['hashicorp/random', 'acme/*'],
  pattern: `^(?:(?:\\*|${HOSTNAME_PATTERN})/)?${PART}/${PART}$`,
});

/** A length of time: "7d". */
export const durationText = parsedText(parseDuration, {
  title: 'Minimum age',
  description: 'How long a release must have been seen before it is taken: hours, days or weeks.',
  examples: ['7d', '36h', '2w'],
  pattern: `^${DURATION_PATTERN}$`,
});

const recall = z
  .strictObject({
    provider: providerPattern,
    versions: parsedText(parseConstraint, {
      description: 'The bad versions: an exact one or a constraint.',
      examples: ['6.57.0', '>= 6.57, < 6.58'],
      maxLength: MAX_VERSION_LENGTH,
      pattern: `^${CONSTRAINT_PATTERN}$`,
    }),
    reason: parsedText(parseReason, {
      description: 'Why, for people: one line.',
      examples: ['withdrawn upstream'],
      pattern: '\\S',
    }),
    delete: z.boolean().optional().meta({
      description: 'Whether the versions are deleted from private registries as well.',
      default: false,
    }),
  })
  .meta({ title: 'Recall', description: 'Versions that turned out bad: they are never delivered.' });

/** What is let in. */
export const policy = z
  .strictObject({
    'minimum-age': durationText.optional(),
    'minimum-age-exempt': z.array(providerPattern).optional().meta({
      title: 'Exempt from the minimum age',
      description: 'Providers that need no age.',
    }),
    'require-approval': z.enum(APPROVAL_RULES).optional().meta({
      title: 'Require approval',
      description: 'Which new versions wait for an approval.',
      default: 'never',
    }),
    recalled: z.array(recall).optional().meta({
      title: 'Recalled versions',
      description: 'Versions that turned out bad.',
    }),
    'allowed-hostnames': z
      .array(
        parsedText(parseHostname, {
          examples: ['registry.terraform.io'],
          maxLength: 253,
          pattern: `^${HOSTNAME_PATTERN}$`,
        }),
      )
      .min(1)
      .optional()
      .meta({
        title: 'Allowed hostnames',
        description: 'The public registries that providers may come from.',
      }),
    'allowed-namespaces': z
      .array(
        parsedText(parseNamespace, {
          examples: ['hashicorp'],
          minLength: 1,
          pattern: `^${NAME_PATTERN}$`,
        }),
      )
      .min(1)
      .optional()
      .meta({
        title: 'Allowed namespaces',
        description: 'The namespaces that providers may come from.',
      }),
  })
  .meta({ title: 'Policy', description: 'Which releases are let in, and when.' });

export type PolicyForm = z.output<typeof policy>;

export function policyOf(form: PolicyForm): AdmissionPolicy {
  return {
    minimumAge: form['minimum-age']?.duration,
    minimumAgeExempt: (form['minimum-age-exempt'] ?? []).map(({ pattern }) => pattern),
    requireApproval: form['require-approval'],
    recalled: (form.recalled ?? []).map((recalled) => ({
      provider: recalled.provider.pattern,
      versions: recalled.versions.constraint,
      reason: recalled.reason.reason,
      delete: recalled.delete ?? false,
    })),
    allowedHostnames: form['allowed-hostnames']?.map(({ name }) => name),
    allowedNamespaces: form['allowed-namespaces']?.map(({ name }) => name),
  };
}

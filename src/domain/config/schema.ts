import * as z from 'zod';
import type { AdmissionPolicy } from '../admission/policy.ts';
import type { Problem } from '../errors.ts';
import { POLICY_KEY_ALIASES } from './aliases.ts';
import { destination } from './destinations/schema.ts';
import { problemsOfForm } from './form-problems.ts';
import { policy, policyOf } from './policy/schema.ts';
import { providerEntry, schemaReference, singleProviderEntry } from './providers/schema.ts';
import { keysAt } from './text/schema.ts';

const DOCUMENT_META = {
  title: 'Terraform provider synchronizer: config.json',
  description: 'The providers to keep whole and verified, and where.',
};

const destinationsMeta = {
  title: 'Destinations',
  description: 'Where providers are brought to; one private registry by TFC_* without it.',
};

const document = z
  .strictObject({
    ...schemaReference,
    policy: policy.optional(),
    destinations: z.array(destination).min(1).optional().meta(destinationsMeta),
    providers: z
      .array(providerEntry)
      .min(1)
      .meta({ title: 'Providers', description: 'The providers to synchronize.' }),
  })
  .meta({ title: 'Config', description: 'Destinations, and the providers that go there.' });

/** The document with its lists unread: their items are read one by one. */
const outline = z.strictObject({
  ...schemaReference,
  destinations: z.array(z.unknown()).min(1).optional(),
  providers: z.array(z.unknown()),
  policy: policy.optional(),
});

const policyPart = z.object({ policy });

export interface Outline {
  /** Undefined when there is no such list. */
  readonly destinations: readonly unknown[] | undefined;
  readonly providers: readonly unknown[] | undefined;
  readonly policy: AdmissionPolicy | undefined;
  readonly problems: readonly Problem[];
}

/** Whether an object is a whole document, and not the one provider of the older form. */
export function isDocument(value: object): boolean {
  const has = (key: string) => Object.hasOwn(value, key);
  return (
    has('providers') ||
    ((has('destinations') || has('policy')) && !['provider', 'namespace', 'platforms'].some(has))
  );
}

/** The lists of a document, with the problems of its own keys. */
export function readOutline(value: object): Outline {
  const { error } = outline.safeParse(value, { reportInput: true });
  const listAt = (key: 'destinations' | 'providers'): readonly unknown[] | undefined => {
    const { data } = z.object({ [key]: z.array(z.unknown()) }).safeParse(value);
    return data?.[key];
  };
  const form = policyPart.safeParse(value).data?.policy;
  return {
    policy: form && policyOf(form),
    destinations: listAt('destinations'),
    providers: listAt('providers'),
    problems: problemsOfForm(error?.issues ?? [], '$', {
      keysAt: (at) => keysAt(outline, at),
      keyAliases: POLICY_KEY_ALIASES,
      whole: { name: 'The config', fix: 'Write one provider object or an array of them.' },
    }),
  };
}

/** The JSON Schema (draft 7, which editors know best) of `config.json`, from the definitions above. */
export function configJsonSchema(): object {
  const config = z.union([singleProviderEntry, z.array(providerEntry).min(1), document]).meta(DOCUMENT_META);
  return z.toJSONSchema(config, { io: 'input', target: 'draft-7' });
}

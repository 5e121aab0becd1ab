import * as z from 'zod';
import type { AdmissionPolicy } from '../admission/policy.ts';
import type { Problem } from '../errors.ts';
import { POLICY_KEY_ALIASES } from './aliases.ts';
import { bottles, type ReadBottles, readBottles } from './bottles/schema.ts';
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

const documentFields = {
  ...schemaReference,
  policy: policy.optional(),
  destinations: z.array(destination).min(1).optional().meta(destinationsMeta),
};

const providersMeta = { title: 'Providers', description: 'The providers to synchronize.' };

const providerDocument = z
  .strictObject({
    ...documentFields,
    providers: z.array(providerEntry).min(1).meta(providersMeta),
    bottles: bottles.optional(),
  })
  .meta({ title: 'Config', description: 'Destinations, and the providers that go there.' });

const bottleDocument = z
  .strictObject({
    ...documentFields,
    providers: z.array(providerEntry).optional().meta(providersMeta),
    bottles,
  })
  .meta({ title: 'Config of bottles', description: 'A mirror of bottles, with or without providers.' });

/** The document with its parts unread: they are read one by one. */
const outline = z.strictObject({
  ...schemaReference,
  destinations: z.array(z.unknown()).min(1).optional(),
  providers: z.array(z.unknown()),
  policy: policy.optional(),
  bottles: z.unknown().optional(),
});

const bottleOutline = outline.extend({ providers: z.array(z.unknown()).optional() });

const policyPart = z.object({ policy });

export interface Outline {
  /** Undefined when there is no such list. */
  readonly destinations: readonly unknown[] | undefined;
  readonly providers: readonly unknown[] | undefined;
  readonly policy: AdmissionPolicy | undefined;
  readonly bottles: ReadBottles | undefined;
  readonly problems: readonly Problem[];
}

/** Whether an object is a whole document, and not the one provider of the older form. */
export function isDocument(value: object): boolean {
  const has = (key: string) => Object.hasOwn(value, key);
  if (has('providers') || has('bottles')) return true;
  return (has('destinations') || has('policy')) && !['provider', 'namespace', 'platforms'].some(has);
}

/** The lists of a document, with the problems of its own keys. */
export function readOutline(value: object): Outline {
  const hasBottles = Object.hasOwn(value, 'bottles');
  const { error } = (hasBottles ? bottleOutline : outline).safeParse(value, { reportInput: true });
  const listAt = (key: 'destinations' | 'providers'): readonly unknown[] | undefined => {
    const { data } = z.object({ [key]: z.array(z.unknown()) }).safeParse(value);
    return data?.[key];
  };
  const form = policyPart.safeParse(value).data?.policy;
  return {
    policy: form && policyOf(form),
    bottles: hasBottles
      ? readBottles((value as { readonly bottles: unknown }).bottles, '$.bottles')
      : undefined,
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
  const config = z
    .union([singleProviderEntry, z.array(providerEntry).min(1), providerDocument, bottleDocument])
    .meta(DOCUMENT_META);
  return z.toJSONSchema(config, { io: 'input', target: 'draft-7' });
}

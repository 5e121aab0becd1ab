import { parse, type Tags } from 'yaml';

const SHORT_FORMS = [
  'Sub',
  'If',
  'Equals',
  'Not',
  'And',
  'Or',
  'Join',
  'Split',
  'Select',
  'GetAtt',
  'FindInMap',
  'Base64',
];

/** `!Sub x` and the like as CloudFormation reads them: `{ "Fn::Sub": x }`. */
const tags = [
  { tag: '!Ref', resolve: (text: string) => ({ Ref: text }) },
  { tag: '!Condition', resolve: (text: string) => ({ Condition: text }) },
  ...SHORT_FORMS.flatMap((name) => [
    { tag: `!${name}`, resolve: (text: string) => ({ [`Fn::${name}`]: text }) },
    {
      tag: `!${name}`,
      collection: 'seq' as const,
      resolve: (items: { toJSON(): unknown }) => ({ [`Fn::${name}`]: items.toJSON() }),
    },
  ]),
] as unknown as Tags;

/** A template in YAML or JSON, with the short forms of the intrinsic functions written out. */
export function parseTemplate(text: string): unknown {
  return parse(text, { customTags: tags });
}

import * as z from 'zod';

const text = z.string();

const target = z.object({ Attribute: text.optional(), Name: text.optional(), Path: text.optional() });

/** What is read of a change. Values and contexts are not: nothing that a stack holds can reach a comment. */
const resourceChange = z.object({
  Action: text.optional(),
  LogicalResourceId: text.optional(),
  ResourceType: text.optional(),
  Replacement: text.optional(),
  PolicyAction: text.optional(),
  ChangeSetId: text.optional(),
  Details: z
    .array(z.object({ Target: target.optional() }))
    .nullish()
    .transform((details) => details ?? []),
});

/** One page of the answer of DescribeChangeSet (API reference of CloudFormation, 2010-05-15). */
export const changeSetPage = z.object({
  StackName: text.optional(),
  Status: text.optional(),
  StatusReason: text.nullish(),
  Changes: z
    .array(z.object({ ResourceChange: resourceChange.optional() }))
    .nullish()
    .transform((changes) => (changes ?? []).flatMap(({ ResourceChange }) => ResourceChange ?? [])),
  NextToken: text.nullish(),
});

export type ChangeSetPage = z.output<typeof changeSetPage>;
export type ResourceChange = ChangeSetPage['Changes'][number];

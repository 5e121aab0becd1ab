import { AwsError, aws, pause } from './aws-cli.ts';
import { commitOf, RELEASE_PARAMETER } from './parameters.ts';
import {
  describedStacks,
  gotTemplate,
  type PackagedTemplate,
  packagedTemplate,
  stackEvents,
} from './schema.ts';
import { parseTemplate } from './template.ts';

export interface Stack {
  readonly status: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

/** The stack; undefined where there is none, or only the empty one that a change set has left. */
export async function findStack(name: string): Promise<Stack | undefined> {
  try {
    const stack = await describeStack(name);
    return stack.status === 'REVIEW_IN_PROGRESS' ? undefined : stack;
  } catch (error) {
    if (
      error instanceof AwsError &&
      error.code === 'ValidationError' &&
      /does not exist/.test(error.message)
    ) {
      return undefined;
    }
    throw error;
  }
}

async function describeStack(name: string): Promise<Stack> {
  const answer = describedStacks.parse(await aws('cloudformation', 'describe-stacks', '--stack-name', name));
  const [{ StackStatus, Parameters, Outputs } = { StackStatus: '', Parameters: [], Outputs: [] }] =
    answer.Stacks;
  return {
    status: StackStatus,
    parameters: new Map(
      Parameters.map(({ ParameterKey, ParameterValue = '' }) => [ParameterKey, ParameterValue]),
    ),
    outputs: new Map(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
  };
}

/** The commit that a stack runs; undefined when it was deployed by hand. */
export function commitOfStack(stack: Stack | undefined): string | undefined {
  return commitOf(stack?.parameters.get(RELEASE_PARAMETER));
}

/** The template that a stack was deployed from. */
export async function templateOfStack(name: string): Promise<PackagedTemplate> {
  const { TemplateBody } = gotTemplate.parse(
    await aws('cloudformation', 'get-template', '--stack-name', name, '--template-stage', 'Original'),
  );
  const body = typeof TemplateBody === 'string' ? parseTemplate(TemplateBody) : TemplateBody;
  return packagedTemplate.parse(body);
}

/**
 * Waits until the stack is at rest, and looks at it with `meanwhile` as long as it is not. Returns the stack and what
 * CloudFormation said of failures.
 */
export async function settled(name: string, meanwhile: (stack: Stack) => Promise<void>): Promise<Stack> {
  for (;;) {
    const stack = await describeStack(name);
    // While it cleans up, the update itself is done.
    const busy = stack.status.endsWith('_IN_PROGRESS') && !stack.status.includes('CLEANUP');
    if (!busy) return stack;
    await meanwhile(stack);
    await pause();
  }
}

/** The failures of the stack's latest events, the first cause first. */
export async function failuresOf(name: string): Promise<readonly string[]> {
  const { StackEvents } = stackEvents.parse(
    await aws('cloudformation', 'describe-stack-events', '--stack-name', name, '--max-items', '100'),
  );
  const start = StackEvents.findIndex(
    ({ ResourceStatus, ResourceStatusReason }) =>
      /^(UPDATE|CREATE)_IN_PROGRESS$/.test(ResourceStatus) && ResourceStatusReason === 'User Initiated',
  );
  return StackEvents.slice(0, start === -1 ? undefined : start)
    .filter(({ ResourceStatus }) => ResourceStatus.endsWith('_FAILED'))
    .map(
      ({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
        `${LogicalResourceId}: ${ResourceStatus}: ${ResourceStatusReason}`,
    )
    .toReversed();
}

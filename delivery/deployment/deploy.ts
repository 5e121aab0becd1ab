import { renderPlans } from '../change-set/comment.ts';
import { planOf } from '../change-set/plan.ts';
import { aws } from '../cloudformation/aws-cli.ts';
import {
  createChangeSet,
  deleteChangeSet,
  executeChangeSet,
  outputChanges,
  reasonsOf,
} from '../cloudformation/change-sets.ts';
import { changeSetParameters, RELEASE_PARAMETER, releaseId } from '../cloudformation/parameters.ts';
import { packagedTemplate } from '../cloudformation/schema.ts';
import {
  commitOfStack,
  failuresOf,
  findStack,
  type Stack,
  settled,
  templateOfStack,
} from '../cloudformation/stacks.ts';
import { parseTemplate } from '../cloudformation/template.ts';
import { type ArtifactPlace, templateUrl, verifiedTemplate } from './artifact.ts';
import { type Environment, parametersOf, stackNameOf, stackTags } from './settings.ts';
import { ringingAlarms, smokeTest, smokeTestShifting, subjectOf, tokenIsMissing } from './smoke-test.ts';

export interface Release extends ArtifactPlace {
  readonly environment: Environment;
  /** Letters, digits and hyphens: names the change set. */
  readonly changeSetName: string;
  /** Going back is at once: the alarms that it is to end would stop a gradual one. */
  readonly goingBack: boolean;
}

type Say = (line: string) => void;

/** A change set that is ready to be executed, or the word that there is nothing to do. */
export interface Prepared {
  readonly stackName: string;
  readonly kind: 'ready' | 'no-changes';
  /** As Markdown. */
  readonly shown: string;
}

/**
 * Verifies the release, makes its change set and shows it. Nothing of the stack is changed. Throws when the stack
 * cannot be deployed to, or the change set cannot be made.
 */
export async function prepareRelease(release: Release): Promise<Prepared> {
  const { environment, commit, changeSetName } = release;
  const stackName = stackNameOf(environment);
  const template = packagedTemplate.parse(parseTemplate(await verifiedTemplate(release)));
  const stack = await findStack(stackName);
  if (stack !== undefined) requireAtRest(stackName, stack);

  const given = {
    ...(await parametersOf(environment)),
    ...(release.goingBack ? { GradualDeployment: 'false' } : {}),
  };
  const known = Object.fromEntries(
    Object.entries({ ...given, [RELEASE_PARAMETER]: releaseId(commit, given) }).filter(
      // An older template may know fewer parameters.
      ([name]) => !release.goingBack || name in template.Parameters,
    ),
  );
  const tree = await createChangeSet({
    stackName,
    name: changeSetName,
    type: stack === undefined ? 'CREATE' : 'UPDATE',
    templateUrl: templateUrl(release),
    parameters: changeSetParameters(template, known, [...(stack?.parameters.keys() ?? [])]),
    tags: stackTags(environment),
  });
  const before = stack === undefined ? { ...template, Outputs: {} } : await templateOfStack(stackName);
  const plan = planOf(tree, outputChanges(before, template));
  if (plan.kind === 'failed' || plan.kind === 'no-changes') await deleteChangeSet(stackName, changeSetName);
  if (plan.kind === 'failed') throw new Error(`The change set cannot be made: ${reasonsOf(tree).join('; ')}`);
  const shown = renderPlans([plan], '').full;
  return { stackName, kind: plan.kind === 'no-changes' ? 'no-changes' : 'ready', shown };
}

function requireAtRest(stackName: string, { status }: Stack): void {
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED') {
    throw new Error(
      `${stackName} was never created (${status}): delete it (aws cloudformation delete-stack --stack-name ${stackName}) and deploy again.`,
    );
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    throw new Error(
      `${stackName} could not go back by itself (${status}): aws cloudformation continue-update-rollback --stack-name ${stackName}, then deploy again.`,
    );
  }
  if (status.endsWith('_IN_PROGRESS'))
    throw new Error(`${stackName} is being changed by somebody else (${status}).`);
}

/**
 * Executes the change set and tests what it makes: during a gradual shift each new version by itself, afterwards both
 * ways in, and that no alarm rings that did not ring before. A test that fails during the shift ends the shift.
 * Throws with the reasons when the release does not hold.
 */
export async function carryOut({ stackName }: Prepared, changeSetName: string, say: Say): Promise<void> {
  const earlier = await findStack(stackName);
  const ringing = await ringingAlarms(stackName);
  const tested = new Set<string>();
  let broken: unknown;
  await executeChangeSet(stackName, changeSetName);
  const stack = await settled(stackName, async (current) => {
    const subject = subjectOf(stackName, current);
    if (current.status !== 'UPDATE_IN_PROGRESS' || subject === undefined || broken !== undefined) return;
    if (earlier !== undefined && (await tokenIsMissing(earlier))) return;
    try {
      await smokeTestShifting(subject, tested);
    } catch (error) {
      broken = error;
      say(`The new version fails its test: ${messageOf(error)} The update is cancelled.`);
      await aws('cloudformation', 'cancel-update-stack', '--stack-name', stackName);
    }
  });
  if (broken !== undefined) throw broken;
  if (!/^(CREATE|UPDATE)_COMPLETE/.test(stack.status)) {
    const failures = await failuresOf(stackName);
    throw new Error(`${stackName} ended ${stack.status}. ${failures.join(' ')}`);
  }
  await test(stackName, stack, ringing, say);
}

/** Tests a stack that is at rest. */
export async function test(
  stackName: string,
  stack: Stack,
  ringing: ReadonlySet<string>,
  say: Say,
): Promise<void> {
  const subject = subjectOf(stackName, stack);
  if (subject === undefined)
    throw new Error(`${stackName} lacks the outputs StateMachineArn and ConfigBucketName.`);
  if (await tokenIsMissing(stack)) {
    say('The secret holds no token yet, so nothing could be tested. Put it in (the output PutTokenCommand).');
    return;
  }
  await smokeTest(subject);
  const rings = [...(await ringingAlarms(stackName))].filter((name) => !ringing.has(name));
  if (rings.length > 0) throw new Error(`Alarms ring since this deployment: ${rings.join(', ')}.`);
  say('The smoke test passed and no alarm rings.');
}

/**
 * After a release that did not hold: makes sure that the stack runs `previous` again. CloudFormation goes back by
 * itself where the update failed; where only the tests failed, the earlier release is deployed again.
 */
export async function goBack(release: Release, previous: string | undefined, say: Say): Promise<void> {
  const stackName = stackNameOf(release.environment);
  if (previous === undefined) {
    say(
      `${stackName} had no earlier release from here, so there is nothing to go back to. It stays as it is.`,
    );
    return;
  }
  const now = await findStack(stackName);
  if (now?.status.startsWith('UPDATE_ROLLBACK_COMPLETE') && commitOfStack(now) === previous) {
    say(`CloudFormation went back by itself: ${stackName} runs ${previous} again.`);
    return;
  }
  const earlier = {
    ...release,
    commit: previous,
    goingBack: true,
    changeSetName: `${release.changeSetName}-back`,
  };
  const prepared = await prepareRelease(earlier);
  if (prepared.kind === 'ready') await carryOut(prepared, earlier.changeSetName, say);
  say(`The previous release was deployed again: ${stackName} runs ${previous}.`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

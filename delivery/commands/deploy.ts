// Usage: node delivery/commands/deploy.ts ENVIRONMENT COMMIT
// Deploys a release from the artifact bucket, tests it, and goes back to the previous release when it does not hold.
import { commitOfStack, findStack } from '../cloudformation/stacks.ts';
import { carryOut, goBack, prepareRelease, type Release, test } from '../deployment/deploy.ts';
import { environmentOf, stackNameOf } from '../deployment/settings.ts';
import { ringingAlarms } from '../deployment/smoke-test.ts';
import { fail, job, required, say, summarize } from '../github/job.ts';

await job(async () => {
  const [name, commit = ''] = process.argv.slice(2);
  const environment = environmentOf(name);
  const changeSetName = `deploy-${process.env['GITHUB_RUN_ID'] ?? 'local'}-${process.env['GITHUB_RUN_ATTEMPT'] ?? '1'}`;
  const release: Release = {
    bucket: required('ARTIFACT_BUCKET'),
    commit,
    environment,
    changeSetName,
    goingBack: false,
  };
  const stackName = stackNameOf(environment);
  const previous = commitOfStack(await findStack(stackName));
  say(`${stackName} runs ${previous ?? 'no release from here'}; deploying ${commit}.`);
  const prepared = await prepareRelease(release);
  summarize(prepared.shown);
  if (prepared.kind === 'no-changes') {
    say(`${stackName} is as ${commit} wants it: nothing to change.`);
    const stack = await findStack(stackName);
    if (stack !== undefined) await test(stackName, stack, await ringingAlarms(stackName), say);
    return;
  }
  try {
    await carryOut(prepared, changeSetName, say);
    say(`${stackName} runs ${commit}.`);
  } catch (error) {
    fail(error);
    await goBack(release, previous === commit ? undefined : previous, say);
  }
});

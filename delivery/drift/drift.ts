import { aws, pause } from '../cloudformation/aws-cli.ts';
import { detectionStatus, resourceDrifts, stackResources, startedDetection } from './schema.ts';

/** A resource that is not as its template says. */
export interface Drift {
  readonly stack: string;
  readonly resource: string;
  readonly type: string;
  readonly kind: 'MODIFIED' | 'DELETED';
  /** Paths of the properties that differ; none of a deleted resource. */
  readonly properties: readonly string[];
}

/** Differences that are no drift, each with its reason. */
const EXPECTED: readonly { readonly type: RegExp; readonly property: RegExp; readonly reason: string }[] = [
  {
    type: /^AWS::Lambda::Alias$/,
    property: /^\/(FunctionVersion|RoutingConfig)/,
    reason: 'a gradual deployment that runs just now moves them',
  },
  {
    type: /^AWS::StepFunctions::StateMachineAlias$/,
    property: /^\/(RoutingConfiguration|DeploymentPreference)/,
    reason: 'a gradual deployment that runs just now moves them',
  },
  {
    type: /^AWS::CloudWatch::Dashboard$/,
    property: /^\/DashboardBody/,
    reason: 'CloudWatch keeps the same dashboard in another order',
  },
];

/** What of this is real drift. */
export function withoutExpected(drifts: readonly Drift[]): readonly Drift[] {
  return drifts.flatMap((drift) => {
    if (drift.kind === 'DELETED') return [drift];
    const properties = drift.properties.filter(
      (path) => !EXPECTED.some(({ type, property }) => type.test(drift.type) && property.test(path)),
    );
    return properties.length > 0 ? [{ ...drift, properties }] : [];
  });
}

/** Asks CloudFormation to compare a stack, and the stacks nested in it, with what is there. */
export async function detectDrift(stack: string): Promise<readonly Drift[]> {
  const { StackDriftDetectionId } = startedDetection.parse(
    await aws('cloudformation', 'detect-stack-drift', '--stack-name', stack),
  );
  const status = await finished(StackDriftDetectionId);
  if (status.DetectionStatus === 'DETECTION_FAILED') {
    // Some resources could not be read; what could is compared all the same.
    console.log(`${stack}: ${status.DetectionStatusReason ?? 'some resources could not be read'}`);
  }
  const { StackResourceDrifts } = resourceDrifts.parse(
    await aws(
      'cloudformation',
      'describe-stack-resource-drifts',
      '--stack-name',
      stack,
      '--stack-resource-drift-status-filters',
      'MODIFIED',
      'DELETED',
    ),
  );
  const own = StackResourceDrifts.map(
    (each): Drift => ({
      stack: nameOf(stack),
      resource: each.LogicalResourceId,
      type: each.ResourceType,
      kind: each.StackResourceDriftStatus === 'DELETED' ? 'DELETED' : 'MODIFIED',
      properties: each.PropertyDifferences.map(({ PropertyPath }) => PropertyPath),
    }),
  );
  const { StackResourceSummaries } = stackResources.parse(
    await aws('cloudformation', 'list-stack-resources', '--stack-name', stack),
  );
  const nested: Drift[] = [];
  for (const { ResourceType, PhysicalResourceId } of StackResourceSummaries) {
    if (ResourceType !== 'AWS::CloudFormation::Stack' || PhysicalResourceId === undefined) continue;
    nested.push(...(await detectDrift(PhysicalResourceId)));
  }
  return [...own, ...nested];
}

async function finished(id: string) {
  for (;;) {
    const status = detectionStatus.parse(
      await aws('cloudformation', 'describe-stack-drift-detection-status', '--stack-drift-detection-id', id),
    );
    if (status.DetectionStatus !== 'DETECTION_IN_PROGRESS') return status;
    await pause();
  }
}

/** A nested stack goes by its ARN: `…:stack/NAME/ID`. */
function nameOf(stack: string): string {
  return stack.startsWith('arn:') ? (stack.split('/')[1] ?? stack) : stack;
}

import {
  type Json,
  type Parameters,
  resolveTemplate,
  type Template,
  type TemplateResource,
} from './cloudformation.ts';
import type { DeploymentTools } from './deployment-tools.ts';
import { transformedBy, transformedOnce } from './transformed.ts';

const FILE = 'template.yaml';

export const REQUIRED_PARAMETERS: Parameters = { TfcOrganization: 'acme' };

/** Every optional part of the deployment and the parameters that switch it on. */
export const OPTIONS = {
  vpc: {
    VpcSubnetIds: 'subnet-0123abcd,subnet-4567cdef',
    VpcSecurityGroupIds: 'sg-0123abcd',
    HttpsProxy: 'http://proxy.example.com:3128',
    NoProxy: '.example.com',
    AllowHosts: 'objects.example.com',
    AllowedHostnames: 'registry.terraform.io',
  },
  kms: { KmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0b5c1cb0-1111-2222-3333-444455556666' },
  schedules: {
    ScheduleCronExpression: 'cron(0 2 * * ? *)',
    ScheduleTimeZone: 'Europe/Berlin',
    CleanupCronExpression: 'cron(0 3 ? * SUN *)',
  },
  emails: { NotificationEmails: 'ops@example.com,dev@example.com', SnsTopicDisplayName: 'Provider sync' },
  existingBucket: { ExistingConfigBucketName: 'our-configs' },
  mirror: { ExistingMirrorBucketName: 'our-mirror', MirrorPrefix: 'providers' },
  ledger: { CreateLedger: 'true' },
  existingSecrets: { TfcTokenSecretName: 'tfe/token', CaBundleSecretName: 'tfe/ca' },
} as const satisfies Record<string, Parameters>;

export type Option = keyof typeof OPTIONS;

export const ALL_OPTIONS = Object.keys(OPTIONS) as readonly Option[];

export interface Deployment {
  readonly options: ReadonlySet<Option>;
  readonly parameters: Parameters;
  /** As SAM transforms it. */
  readonly transformed: Template;
  /** As CloudFormation would create it. */
  readonly resolved: Template;
}

/** What most files ask for: nothing optional, all of it, one option, and all but one. */
const COMMON: readonly (readonly Option[])[] = [
  [],
  ALL_OPTIONS,
  ...ALL_OPTIONS.map((option) => [option]),
  ...ALL_OPTIONS.map((left) => ALL_OPTIONS.filter((option) => option !== left)),
];

const nameOf = (options: readonly Option[]): string => options.toSorted().join();

const parametersOf = (options: readonly Option[]): Parameters =>
  Object.assign({}, REQUIRED_PARAMETERS, ...options.map((option) => OPTIONS[option]));

/** The template as SAM and CloudFormation see it with each of these sets of options. */
export async function deploymentsOf(
  tools: DeploymentTools,
  sets: readonly (readonly Option[])[],
): Promise<readonly Deployment[]> {
  const common = new Set(COMMON.map(nameOf));
  const shared = sets.every((options) => common.has(nameOf(options)));
  const asked = shared ? COMMON : sets;
  const templates = await (shared ? transformedOnce : transformedBy)(tools, FILE, asked.map(parametersOf));
  const byName = new Map(asked.map((options, at) => [nameOf(options), templates[at]]));
  return sets.map((options) => {
    const transformed = byName.get(nameOf(options));
    if (transformed === undefined) throw new Error('The transform gave too few templates.');
    const parameters = parametersOf(options);
    const resolved = resolveTemplate(transformed, parameters);
    return { options: new Set(options), parameters, transformed, resolved };
  });
}

/** The template as SAM transforms it with nothing optional; empty where the tools are missing. */
export async function plainTemplate(tools: DeploymentTools | undefined): Promise<Template> {
  const [plain] = tools ? await deploymentsOf(tools, [[]]) : [];
  return plain?.transformed ?? { Parameters: {}, Conditions: {}, Resources: {}, Outputs: {} };
}

/** Every subset of the options: 2 to the power of their number. */
export function everyCombination(options: readonly Option[]): readonly (readonly Option[])[] {
  return options.reduce<readonly (readonly Option[])[]>(
    (sets, option) => sets.flatMap((set) => [set, [...set, option]]),
    [[]],
  );
}

/** The properties of a resource. */
export function resource({ resolved }: Deployment, name: string): Json {
  const found = resolved.Resources[name];
  if (!found) throw new Error(`The deployment has no ${name}.`);
  return found.Properties;
}

/** Every resource of a type, with its logical id. */
export function ofType(
  { resolved }: Deployment,
  type: string,
): readonly (readonly [string, TemplateResource])[] {
  return Object.entries(resolved.Resources).filter(([, { Type }]) => Type === type);
}

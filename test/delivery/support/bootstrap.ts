import type { Json, Parameters, Template } from '../../deployment/support/cloudformation.ts';
import { resolvedTemplate } from './plain-template.ts';

export type SubjectForm = 'names' | 'ids';

const REPOSITORY: Parameters = {
  GitHubOwner: 'octo-org',
  GitHubRepository: 'octo-repo',
  GitHubOwnerId: '123456',
  GitHubRepositoryId: '789012',
};

/** The roles of delivery/bootstrap.yaml, by what they are for. */
export const ROLES = {
  plan: 'PlanRole',
  drift: 'DriftRole',
  'deploy-dev': 'DeployDevRole',
  'deploy-staging': 'DeployStagingRole',
  'deploy-prod': 'DeployProdRole',
} as const;

export type RoleName = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as readonly RoleName[];

export function bootstrap(form: SubjectForm, parameters: Parameters = {}): Template {
  return resolvedTemplate('delivery/bootstrap.yaml', { ...REPOSITORY, SubjectForm: form, ...parameters });
}

export function properties(template: Template, name: string): Json {
  const found = template.Resources[name];
  if (!found) throw new Error(`The template has no ${name}.`);
  return found.Properties;
}

/** The second template: what the roles may do about tasks, and the boundaries of deployments. */
export function bootstrapTasks(): Template {
  return resolvedTemplate('delivery/bootstrap-tasks.yaml', {});
}

/** The permission policies of a role, those of both templates, and the tags that policy variables read. */
export function permissionsOf(template: Template, role: RoleName) {
  const { ManagedPolicyArns, RoleName, Tags = [] } = properties(template, ROLES[role]);
  const own = (ManagedPolicyArns as string[]).map(
    (reference) => properties(template, reference.slice(1, -1)).PolicyDocument,
  );
  const attached = Object.values(bootstrapTasks().Resources)
    .filter(({ Properties }) => (Properties['Roles'] ?? []).includes(RoleName))
    .map(({ Properties }) => Properties['PolicyDocument']);
  const documents: readonly Json[] = [...own, ...attached];
  const tags = Object.fromEntries(
    (Tags as Json[]).map(({ Key, Value }) => [`aws:PrincipalTag/${Key}`, String(Value)]),
  );
  return { documents, tags };
}

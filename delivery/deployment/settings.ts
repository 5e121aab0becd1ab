import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { aws } from '../cloudformation/aws-cli.ts';
import { type StackParameters, stackParameters } from '../cloudformation/schema.ts';
import { callerIdentity } from './schema.ts';

const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

export function environmentOf(text: string | undefined): Environment {
  const found = ENVIRONMENTS.find((name) => name === text);
  if (found === undefined) throw new Error(`"${text}" is no environment: dev, staging or prod.`);
  return found;
}

/** The stacks' first word, as delivery/bootstrap.sh was told. */
function application(): string {
  return process.env['APPLICATION'] || 'provider-sync';
}

export function stackNameOf(environment: Environment): string {
  return `${application()}-${environment}`;
}

export function stackTags(environment: Environment): Readonly<Record<string, string>> {
  return { application: application(), environment };
}

/**
 * The parameters of an environment: those of delivery/environments, and over them the JSON in STACK_PARAMETERS, which
 * is a variable of the GitHub environment and holds what is of this account (the organization, mail addresses).
 */
export async function parametersOf(environment: Environment): Promise<StackParameters> {
  const file = path.join(import.meta.dirname, '../environments', `${environment}.json`);
  const common = stackParameters.parse(JSON.parse(await readFile(file, 'utf8')));
  const given = { ...common, ...ownParameters() };
  const boundary = await boundaryOf(environment);
  const deployments = {
    DeploymentsKindBoundaryArn: boundary('kind-boundary'),
    DeploymentsEnclaveBoundaryArn: boundary('enclave-boundary'),
  };
  return {
    ...given,
    PermissionsBoundaryArn: boundary('boundary'),
    // A release from before there were any knows no such parameters, and can still be gone back to.
    ...(given['CreateDeployments'] === 'true' ? deployments : {}),
  };
}

function ownParameters(): StackParameters {
  const text = process.env['STACK_PARAMETERS'] || '{}';
  try {
    return stackParameters.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error('STACK_PARAMETERS is not a JSON object of texts, such as {"TfcOrganization":"acme"}.', {
      cause,
    });
  }
}

/** The policies that delivery/bootstrap.sh puts around the roles of the environment's stack, by the end of their names. */
async function boundaryOf(environment: Environment): Promise<(name: string) => string> {
  const { Account, Arn } = callerIdentity.parse(await aws('sts', 'get-caller-identity'));
  const partition = Arn.split(':')[1] ?? 'aws';
  return (name) => `arn:${partition}:iam::${Account}:policy/delivery/${application()}-${environment}-${name}`;
}

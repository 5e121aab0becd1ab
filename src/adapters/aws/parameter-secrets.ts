import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { SyncError } from '../../domain/errors.ts';
import type { DeploymentSecrets } from '../../ports/deployment-secrets.ts';
import { isUnanswered, serviceErrorOf, serviceUnavailable } from './service-errors.ts';

/** Parameter Store's largest value, in characters, and what it takes without a charge. */
const LARGEST = 8192;
const FREE = 4096;

/**
 * Parameters of the type SecureString below `prefix` (`/name`): what runs make under `prefix/outputs/`, what requests
 * may name wherever the role can read, which is `prefix/inputs/` in our stack. A reference is `ssm:NAME`.
 */
export function createParameterSecrets(options: {
  readonly ssm: SSMClient;
  readonly prefix: string;
  /** Encrypts with this key rather than with the account's own. */
  readonly kmsKeyId?: string | undefined;
}): DeploymentSecrets {
  const { ssm, prefix, kmsKeyId } = options;
  return {
    keep: async (name, value) => {
      const Name = `${prefix}/outputs/${name}`;
      if (value.length > LARGEST) {
        const what = `The value of ${Name} has ${value.length} characters, and Parameter Store takes ${LARGEST}.`;
        throw new SyncError('TerraformFailed', `${what} Make the module's output smaller.`);
      }
      try {
        await ssm.send(
          new PutParameterCommand({
            Name,
            Value: value,
            Type: 'SecureString',
            Overwrite: true,
            Tier: value.length > FREE ? 'Advanced' : 'Standard',
            ...(kmsKeyId === undefined ? {} : { KeyId: kmsKeyId }),
          }),
        );
      } catch (error) {
        throw serviceUnavailable(`Keeping the parameter ${Name}`, withoutValue(error));
      }
      return `ssm:${Name}`;
    },
    read: async (reference) => {
      const [, Name] = /^ssm:((?:\/[A-Za-z0-9_.-]+){1,15})$/.exec(reference) ?? [];
      if (Name === undefined || !Name.startsWith(`${prefix}/`)) {
        throw new SyncError(
          'SecretUnreadable',
          `"${reference.slice(0, 200)}" is no secret that may be used here: write ssm:${prefix}/inputs/NAME.`,
        );
      }
      try {
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
        return Parameter?.Value ?? '';
      } catch (cause) {
        const error = serviceErrorOf(cause);
        if (isUnanswered(error)) throw serviceUnavailable(`Reading the parameter ${Name}`, cause);
        const why =
          error.name === 'ParameterNotFound'
            ? 'does not exist in this region.'
            : `cannot be read (${error.name}). Check the task's role and the parameter's key.`;
        throw new SyncError('SecretUnreadable', `The parameter ${Name} ${why}`, { cause });
      }
    },
  };
}

/** The SDK's errors carry no request; should one ever, the value must not go on with it. */
function withoutValue(error: unknown): Error {
  const { name, message } = error as Error;
  const { $metadata } = error as { $metadata?: unknown };
  return Object.assign(new Error(message), { name, $metadata });
}

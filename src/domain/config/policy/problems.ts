import { type AdmissionPolicy, strangersIn } from '../../admission/policy.ts';
import type { Problem } from '../../errors.ts';
import { quote } from '../../provider/mistake.ts';
import { jsonPath } from '../json-path.ts';
import type { ReadEntry } from '../providers/schema.ts';

/** Where an entry comes from a hostname or a namespace that a policy does not allow, and what its own policy says of others. */
export function policyProblems(
  { path, addresses, policy: own }: ReadEntry,
  whole: AdmissionPolicy | undefined,
): readonly Problem[] {
  const policies = [whole, own].filter((policy) => policy !== undefined);
  const hostnames = policies.flatMap(({ allowedHostnames }) => (allowedHostnames ? [allowedHostnames] : []));
  const namespaces = policies.flatMap(({ allowedNamespaces }) =>
    allowedNamespaces ? [allowedNamespaces] : [],
  );
  const [address] = addresses;
  return [
    ...addresses.flatMap(({ hostname }, index) =>
      refused(
        jsonPath(path, addresses.length > 1 ? ['hostname', index] : ['hostname']),
        'hostnames',
        hostname,
        hostnames,
      ),
    ),
    ...(address ? refused(jsonPath(path, ['namespace']), 'namespaces', address.namespace, namespaces) : []),
    ...(address && own ? strangersIn(own, address) : []).map(({ place, message }) => ({
      path: jsonPath(path, ['policy', ...place]),
      message,
      fix: 'Write this provider, or put the rule into the policy of the whole config.',
    })),
  ];
}

function refused(
  path: string,
  what: 'hostnames' | 'namespaces',
  name: string,
  lists: readonly (readonly string[])[],
): readonly Problem[] {
  const list = lists.find((allowed) => !allowed.includes(name));
  if (!list) return [];
  const message = `The policy does not allow ${quote(name)}: its "allowed-${what}" are ${list.slice(0, 20).join(', ')}.`;
  return [{ path, message, fix: 'Remove the provider, or have the policy allow it.' }];
}

import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/application/apply-plan.ts';
import { type PreparedProvider, prepareProvider } from '../../src/application/prepare-provider.ts';
import { HASHICORP_KEY_ID } from '../../src/domain/integrity/signing-key.ts';
import { createFakePrivateRegistry } from '../fakes/private-registry.ts';
import { anvil, configOf, LINUX, syncWorld, twoPublishers } from '../support/sync-world.ts';

/** A prepared provider as if its release were signed by HashiCorp's key, which nobody here can sign with. */
async function signedByHashiCorp(builtInKey: boolean) {
  const world = await syncWorld(await twoPublishers());
  const privateRegistry = createFakePrivateRegistry({ builtInKey });
  const ports = { ...world.ports, privateRegistry, signingKeys: privateRegistry };
  const [entry] = configOf(anvil('1.1.0', [LINUX])).providers;
  if (entry === undefined) throw new Error('no entry');
  const prepared = await prepareProvider(ports, entry);
  const signingKey = { ...prepared.release.signingKey, keyId: HASHICORP_KEY_ID };
  const steps = prepared.plan.steps
    .filter(({ kind }) => kind !== 'add-signing-key')
    .map((step) => (step.kind === 'create-version' ? { ...step, keyId: HASHICORP_KEY_ID } : step));
  const changed: PreparedProvider = {
    ...prepared,
    release: { ...prepared.release, signingKey },
    plan: { outcome: 'publish', steps },
  };
  return { ports, privateRegistry, changed, reporter: world.reporter };
}

describe('a version signed by HashiCorp’s own key', () => {
  it('needs no key in a registry that has it built in', async () => {
    const { ports, privateRegistry, changed } = await signedByHashiCorp(true);

    expect(await applyPlan(ports, changed, pLimit(1), {})).toMatchObject({ error: undefined });

    expect([...privateRegistry.state.keys]).toEqual([]);
  });

  it('brings the key along to a registry that refuses the version without it', async () => {
    const { ports, privateRegistry, changed, reporter } = await signedByHashiCorp(false);

    expect(await applyPlan(ports, changed, pLimit(1), {})).toMatchObject({ error: undefined });

    expect([...privateRegistry.state.keys.keys()]).toEqual([HASHICORP_KEY_ID]);
    expect(reporter.of('SigningKeyAdded')).toMatchObject([{ keyId: HASHICORP_KEY_ID }]);
  });
});

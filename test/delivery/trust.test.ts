import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../deployment/support/cloudformation.ts';
import { sharedVectors } from '../support/shared-vectors.ts';
import {
  bootstrap,
  properties,
  ROLE_NAMES,
  ROLES,
  type RoleName,
  type SubjectForm,
} from './support/bootstrap.ts';
import { allows } from './support/policy.ts';

const CLAIMS = 'token.actions.githubusercontent.com:';

/** What GitHub puts into the token of a job of this repository on its branch, where nothing else is said. */
const USUAL = {
  aud: 'sts.amazonaws.com',
  repository_id: '789012',
  repository_owner_id: '123456',
  ref: 'refs/heads/main',
};

type Claims = Readonly<Record<string, string | undefined>>;

function lets(policy: Json, claims: Claims): boolean {
  const context = Object.fromEntries(
    Object.entries({ ...USUAL, ...claims }).map(([claim, value]) => [CLAIMS + claim, value]),
  );
  return allows([policy], { action: 'sts:AssumeRoleWithWebIdentity', resource: '*', context });
}

const templates = { names: bootstrap('names'), ids: bootstrap('ids') } as const;

function policyOf(form: SubjectForm, role: RoleName): Json {
  return properties(templates[form], ROLES[role]).AssumeRolePolicyDocument;
}

/** The roles that let a job with these claims in. */
function admitting(form: SubjectForm, claims: Claims): readonly RoleName[] {
  return ROLE_NAMES.filter((role) => lets(policyOf(form, role), claims));
}

const NAMES = 'repo:octo-org/octo-repo';
const IDS = 'repo:octo-org@123456/octo-repo@789012';
const FORMS = ['names', 'ids'] as const;
const prefixOf = { names: NAMES, ids: IDS } as const;

describe('who may assume the roles of delivery/bootstrap.yaml', () => {
  describe.each(FORMS)('with subjects of %s', (form) => {
    const prefix = prefixOf[form];
    const other = prefixOf[form === 'names' ? 'ids' : 'names'];

    it.each<readonly [string, Claims, readonly RoleName[]]>([
      ['a job in dev', { sub: `${prefix}:environment:dev` }, ['deploy-dev']],
      ['a job in staging', { sub: `${prefix}:environment:staging` }, ['deploy-staging']],
      ['a job in prod', { sub: `${prefix}:environment:prod` }, ['deploy-prod']],
      ['a job in drift', { sub: `${prefix}:environment:drift` }, ['drift']],
      ['a pull request', { sub: `${prefix}:pull_request`, ref: 'refs/pull/7/merge' }, ['plan']],
      ['prod from another branch', { sub: `${prefix}:environment:prod`, ref: 'refs/heads/feature' }, []],
      ['prod from a tag', { sub: `${prefix}:environment:prod`, ref: 'refs/tags/main' }, []],
      ['prod without a ref', { sub: `${prefix}:environment:prod`, ref: undefined }, []],
      ['drift from another branch', { sub: `${prefix}:environment:drift`, ref: 'refs/heads/feature' }, []],
      ['a push without an environment', { sub: `${prefix}:ref:refs/heads/main` }, []],
      ['another case', { sub: `${prefix}:environment:Prod` }, []],
      ['a longer environment', { sub: `${prefix}:environment:prod-eu` }, []],
      ['an environment with a colon', { sub: `${prefix}:environment:prod%3Aeu` }, []],
      ['a customized subject', { sub: `${prefix}:environment:prod:job_workflow_ref:x` }, []],
      ['a longer repository', { sub: `${prefix}-evil:environment:prod` }, []],
      ['the other form', { sub: `${other}:environment:prod` }, []],
      ['the owner alone', { sub: 'repository_owner:octo-org' }, []],
      ['an empty subject', { sub: '' }, []],
      ['no subject', { sub: undefined }, []],
      ['another audience', { sub: `${prefix}:environment:prod`, aud: 'https://github.com/octo-org' }, []],
      ['no audience', { sub: `${prefix}:environment:prod`, aud: undefined }, []],
      ['a repository made again', { sub: `${prefix}:environment:prod`, repository_id: '999' }, []],
      ['no repository id', { sub: `${prefix}:environment:prod`, repository_id: undefined }, []],
      ['a name taken over', { sub: `${prefix}:pull_request`, repository_owner_id: '999' }, []],
    ])('%s', (_name, claims, expected) => {
      expect(admitting(form, claims)).toEqual(expected);
    });

    it.each(ROLE_NAMES)('%s compares exactly and for at most an hour', (role) => {
      const { AssumeRolePolicyDocument, MaxSessionDuration } = properties(templates[form], ROLES[role]);
      expect(MaxSessionDuration).toBe(3600);
      expect(AssumeRolePolicyDocument.Statement).toHaveLength(1);
      const [{ Principal, Condition }] = AssumeRolePolicyDocument.Statement;
      expect(Principal).toEqual({ Federated: '<OidcProvider>' });
      expect(Object.keys(Condition)).toEqual(['StringEquals']);
      expect(JSON.stringify(Condition)).not.toMatch(/[*?]/);
    });
  });

  it('takes an identity provider that is there', () => {
    const arn = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
    const template = bootstrap('ids', { ExistingOidcProviderArn: arn });
    expect(template.Resources).not.toHaveProperty('OidcProvider');
    for (const role of ROLE_NAMES) {
      const [{ Principal }] = properties(template, ROLES[role]).AssumeRolePolicyDocument.Statement;
      expect(Principal).toEqual({ Federated: arn });
    }
  });
});

/** The policies that tutorials show: each lets in somebody whom the table above keeps out. */
describe('the evaluation bites', () => {
  const trusting = (Condition: Json) => ({
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Condition }],
  });

  it.each<readonly [string, Json, Claims]>([
    [
      'a wildcard subject',
      { StringLike: { [`${CLAIMS}sub`]: 'repo:octo-org/octo-repo*' } },
      { sub: 'repo:octo-org/octo-repo-evil:environment:prod' },
    ],
    [
      'a wildcard behind the repository',
      { StringLike: { [`${CLAIMS}sub`]: 'repo:octo-org/octo-repo:*' } },
      { sub: `${NAMES}:ref:refs/heads/feature` },
    ],
    ['…IfExists', { StringEqualsIfExists: { [`${CLAIMS}sub`]: NAMES } }, { sub: undefined }],
    ['ForAllValues', { 'ForAllValues:StringEquals': { [`${CLAIMS}sub`]: NAMES } }, { sub: undefined }],
    ['no condition on the audience', { StringEquals: { [`${CLAIMS}sub`]: NAMES } }, { sub: NAMES, aud: 'x' }],
  ])('on %s', (_name, condition, claims) => {
    expect(lets(trusting(condition), claims)).toBe(true);
  });

  it('on an operator that it does not know', () => {
    expect(() => lets(trusting({ NumericEquals: { a: '1' } }), {})).toThrow('NumericEquals');
  });
});

interface SubjectCase {
  readonly sub: string | null;
  readonly form?: SubjectForm;
  readonly aud?: string | null;
  readonly allow: RoleName | null;
}

const vectors = sharedVectors('delivery');
const cases =
  vectors === undefined
    ? []
    : (JSON.parse(readFileSync(path.join(vectors, 'trust-subjects.json'), 'utf8')).cases as SubjectCase[]);

describe.skipIf(cases.length === 0)('trust-subjects.json (needs ../shared/vectors/delivery)', () => {
  it.each(cases.map((each) => ({ ...each, name: `${each.sub} ${each.aud ?? ''}` })))(
    '$name: $allow',
    ({ sub, form, aud, allow }) => {
      const claims = {
        sub: sub ?? undefined,
        ...(aud === undefined ? {} : { aud: aud ?? undefined }),
        ...(allow === 'plan' ? { ref: 'refs/pull/7/merge' } : {}),
      };
      for (const policyForm of FORMS) {
        const expected = allow !== null && form === policyForm ? [allow] : [];
        expect(admitting(policyForm, claims)).toEqual(expected);
      }
    },
  );
});

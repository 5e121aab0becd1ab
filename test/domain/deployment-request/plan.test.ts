import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  changesOf,
  countChanges,
  driftOf,
  judgePlan,
  sensitiveTexts,
} from '../../../src/domain/deployment-request/plan/judgement.ts';
import { planDocument } from '../../../src/domain/deployment-request/plan/schema.ts';
import { judgeState, unsettledAfter } from '../../../src/domain/deployment-request/state/judgement.ts';
import { readState } from '../../../src/domain/deployment-request/state/schema.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

const vectors = sharedVectors('deployments');
const read = (name: string) => planDocument.parse(JSON.parse(readFileSync(`${vectors}/${name}`, 'utf8')));
const NOTHING = { resources: ['null_resource'], dataSources: [], provisioners: false };

describe.skipIf(vectors === undefined)('plans that Terraform itself wrote', () => {
  it('are found out at every depth: provisioners, data sources, types', () => {
    const found = judgePlan(read('plan-show-with-provisioners.json'), { ...NOTHING, resources: ['x'] }, []);
    const told = found.map(({ path, message }) => `${path} ${message}`).join('\n');
    expect(told).toContain('has the provisioner "local-exec"');
    expect(told).toMatch(/module\.\S+ has the provisioner "remote-exec"/);
    expect(told).toContain('is a data source that kind.json does not allow');
    expect(told).toContain('is a provider that the lock file does not name');
    expect(told).toContain('is of a type that kind.json does not allow');
  });

  it('that do what is allowed pass', () => {
    const allow = { resources: ['terraform_data', 'time_*'], dataSources: [], provisioners: false };
    const plan = read('plan-show.json');
    expect(judgePlan(plan, allow, ['registry.terraform.io/hashicorp/time'])).toEqual([]);
    expect(countChanges(changesOf(plan))).toEqual({ add: 3, change: 0, replace: 0, destroy: 0 });
    expect(JSON.stringify(changesOf(plan))).not.toContain('hunter2');
    expect([...sensitiveTexts(plan)]).toContain('hunter2-secret');
  });
});

const change = (actions: readonly string[], more: object = {}) => ({
  actions,
  before: null,
  after: null,
  before_sensitive: false,
  after_sensitive: false,
  ...more,
});
const planOf = (changes: readonly object[], drift: readonly object[] = []) =>
  planDocument.parse({
    format_version: '1.2',
    resource_changes: changes,
    resource_drift: drift,
    configuration: { root_module: {} },
  });

describe('a plan', () => {
  it.each([
    [['create'], 'create'],
    [['update'], 'update'],
    [['delete'], 'delete'],
    [['delete', 'create'], 'replace'],
    [['create', 'delete'], 'replace'],
    [['no-op'], undefined],
    [['read'], undefined],
  ])('%j is shown as %s', (actions, shown) => {
    const plan = planOf([{ address: 'a.b', mode: 'managed', type: 'a', change: change(actions) }]);
    expect(changesOf(plan).map(({ action }) => action)).toEqual(shown === undefined ? [] : [shown]);
  });

  it('tells sensitive texts wherever they are nested, and of drift no value', () => {
    const nested = change(['update'], {
      before: { a: 'plain', b: { c: ['old-secret', 'x'] } },
      before_sensitive: { b: { c: [true, false] } },
      after: { key: { pem: 'new-secret' } },
      after_sensitive: { key: true },
    });
    const plan = planOf([], [{ address: 'a.b\u001b[31m', mode: 'managed', type: 'a', change: nested }]);
    expect([...sensitiveTexts(plan)].toSorted()).toEqual(['new-secret', 'old-secret']);
    expect(driftOf(plan)).toEqual(['a.b\u{FFFD}[31m (update)']);
  });
});

const stateText = (serial: number, lineage = 'l', resources = 1) =>
  JSON.stringify({
    version: 4,
    serial,
    lineage,
    resources: Array.from({ length: resources }, (_, index) => ({
      mode: 'managed',
      type: 'notes_note',
      name: `n${index}`,
      instances: [{}],
    })),
  });

describe('a state', () => {
  const known = { serial: 5, lineage: 'l', resources: 2, unsettled: [] };
  it.each<[string, string | undefined, typeof known | undefined, string | undefined]>([
    ['none at first', undefined, undefined, undefined],
    ['none where there was one', undefined, known, 'there is no state'],
    ['none where nothing was left', undefined, { ...known, resources: 0 }, undefined],
    ['an empty file at first', '', undefined, undefined],
    ['an empty file where a state was', '', known, 'empty file'],
    ['an empty file where all was destroyed', '', { ...known, resources: 0 }, 'empty file'],
    ['half a file', '{"version": 4, "ser', known, 'no state'],
    ['something else', '{"version": 3}', undefined, 'no state'],
    ['an older serial', stateText(4), known, 'older (serial 4)'],
    ['another lineage', stateText(9, 'm'), known, 'another one'],
    [
      'one where nothing but a doubt was',
      stateText(1, 'm'),
      { ...known, serial: 0, lineage: '', resources: 0 },
      undefined,
    ],
    ['the same', stateText(5), known, undefined],
    ['a newer one', stateText(6), known, undefined],
  ])('%s is judged', (_, text, before, problem) => {
    const judged = judgeState(text, before);
    const told = 'problem' in judged ? judged.problem : undefined;
    expect(problem === undefined ? told : told?.includes(problem)).toBe(
      problem === undefined ? undefined : true,
    );
  });

  it('names resources as Terraform does', () => {
    const text = JSON.stringify({
      version: 4,
      serial: 1,
      lineage: 'l',
      resources: [
        { mode: 'managed', type: 'a', name: 'b', instances: [{ index_key: 'x"y' }, { index_key: 1 }] },
        { module: 'module.m[0]', mode: 'managed', type: 'a', name: 'c', instances: [{}] },
        { mode: 'data', type: 'a', name: 'd', instances: [{}] },
      ],
    });
    const contents = readState(text);
    expect(contents?.resources).toEqual(['a.b["x\\"y"]', 'a.b[1]', 'module.m[0].a.c']);
    expect(unsettledAfter(['a.b[1]', 'a.lost', 'a.gone', 'a.lost'], new Set(['a.gone']), contents)).toEqual([
      'a.lost',
    ]);
  });

  it('has outputs, each told to be sensitive or not', () => {
    const outputs = {
      files: { value: { first: '/a' }, type: ['map', 'string'] },
      password: { value: 'hidden', type: 'string', sensitive: true },
      nothing: { value: null, type: 'string' },
    };
    expect(readState(JSON.stringify({ version: 4, serial: 1, lineage: 'l', outputs }))?.outputs).toEqual({
      files: { value: { first: '/a' }, sensitive: false },
      password: { value: 'hidden', sensitive: true },
      nothing: { value: null, sensitive: false },
    });
    expect(readState(stateText(5))?.outputs).toEqual({});
  });
});

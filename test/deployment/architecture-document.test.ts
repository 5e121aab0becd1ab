import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  EXECUTION_LIMITS,
  MAX_LOOKS,
  MAX_PAGES,
  MAX_PROVIDERS,
  PAGE_EVENTS,
  PROVIDER_EVENTS,
  QUEUE_EVENTS,
  RUN_EVENTS,
} from '../../src/domain/deployment/execution-budget.ts';
import type { Json } from './support/cloudformation.ts';
import { itemStates, readDefinition, type StateMachineDefinition } from './support/state-machine.ts';

const document = await readFile('docs/architecture.md', 'utf8');
const template: Json = parse(await readFile('template.yaml', 'utf8'), { logLevel: 'silent' });

function diagram(kind: string): string {
  const found = [...document.matchAll(/```mermaid\n([\s\S]*?)```/g)].find(([, text = '']) =>
    text.startsWith(kind),
  );
  return found?.[1] ?? '';
}

/** Every transition as `from --> to`, errors as `from --> to: error`. */
function transitionsOf({ StartAt, States }: StateMachineDefinition): readonly string[] {
  const own = Object.entries(States).flatMap(([name, state]) => {
    const ends = state.End === true || state.Type === 'Succeed' || state.Type === 'Fail';
    const targets = [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)];
    const caught = (state.Catch ?? []).map(({ Next }) => `${name} --> ${Next}: error`);
    const left = targets.flatMap((target) => (target === undefined ? [] : [`${name} --> ${target}`]));
    return [...left, ...caught, ...(ends ? [`${name} --> [*]`] : [])];
  });
  return [`[*] --> ${StartAt}`, ...own];
}

describe('docs/architecture.md', () => {
  it('draws the state machine exactly as it is defined', () => {
    const drawn = diagram('stateDiagram').matchAll(/^ +(\S+ --> .+)$/gm);
    const definition = readDefinition();
    const defined = [...transitionsOf(definition), ...transitionsOf(itemStates(definition))];
    expect(Array.from(drawn, ([, line = '']) => line).toSorted()).toEqual(defined.toSorted());
  });

  it('draws resources that the template has, and every function, trigger and queue of it', () => {
    const nodes = new Set(
      Array.from(diagram('flowchart').matchAll(/^ +([A-Z]\w+)[[({/]/gm), ([, name = '']) => name),
    );
    const outside = ['PublicRegistry', 'PrivateRegistry'];
    const drawnTypes =
      /Serverless::|S3::Bucket$|Events::Rule|Scheduler::|SQS::Queue$|SNS::Topic$|SecretsManager::/;
    const due = Object.entries<Json>(template.Resources).filter(([, { Type }]) => drawnTypes.test(Type));
    expect([...nodes].filter((name) => !outside.includes(name)).toSorted()).toEqual(
      due.map(([name]) => name).toSorted(),
    );
  });

  it('draws which functions speak to which registry, as their variables say', () => {
    const functions = Object.entries<Json>(template.Resources).filter(
      ([, { Type }]) => Type === 'AWS::Serverless::Function',
    );
    for (const [registry, variable] of [
      ['PublicRegistry', 'PUBLIC_REGISTRY_ADDRESS'],
      ['PrivateRegistry', 'TFC_ADDRESS'],
    ] as const) {
      const drawn = document.matchAll(new RegExp(`^ +(\\S+) --> ${registry}$`, 'gm'));
      const told = functions.filter(
        ([, { Properties }]) => variable in (Properties.Environment?.Variables ?? {}),
      );
      expect(Array.from(drawn, ([, name = '']) => name).toSorted()).toEqual(
        told.map(([name]) => name).toSorted(),
      );
    }
  });

  it('gives the functions the sizes that they have', () => {
    for (const [name, { Type, Properties }] of Object.entries<Json>(template.Resources)) {
      if (Type !== 'AWS::Serverless::Function') continue;
      const { Default } = template.Parameters[String(Properties.MemorySize)] ?? {
        Default: Properties.MemorySize,
      };
      expect(document).toContain(`"${name}<br/>${Default} MB, ${Properties.Timeout} s`);
    }
  });

  it('gives the limits that the budget has', () => {
    const number = (value: number) => value.toLocaleString('en-US');
    const events = Array.from(document.matchAll(/^\| .+ \| +(\d+) *\|$/gm), ([, count]) => Number(count));
    expect(events).toEqual(Object.values(PROVIDER_EVENTS));
    expect(document).toContain(`at most ${number(EXECUTION_LIMITS.payloadBytes)} bytes`);
    const text = document.replaceAll('\n', ' ');
    expect(text).toContain(`at most ${RUN_EVENTS} events, and at most ${QUEUE_EVENTS} for each look`);
    expect(text).toContain(`waiting: ${MAX_LOOKS} looks`);
    expect(text).toContain(`an execution holds **${number(MAX_PROVIDERS)} providers**`);
    expect(text).toContain(`at most ${PAGE_EVENTS} events in the history of its run`);
    expect(text).toContain(`a run holds ${MAX_PAGES} pages: ${number(MAX_PAGES * MAX_PROVIDERS)} providers`);
    expect(text).toContain(`fail are ${Math.ceil(5000 / MAX_PROVIDERS)} pages`);
  });
});

import { describe, expect, it } from 'vitest';
import { createTrace, traceMethods } from '../../src/handlers/tracing.ts';

/** As much of a tracer as is used: the subsegments with what became of them. */
function tracerWith(enabled: boolean) {
  const subsegments: { name: string; errors: unknown[]; closed: boolean }[] = [];
  const segment = {
    addNewSubsegment: (name: string) => {
      const subsegment = { name, errors: [] as unknown[], closed: false };
      subsegments.push(subsegment);
      return {
        addError: (error: unknown) => subsegment.errors.push(error),
        close: () => {
          subsegment.closed = true;
        },
      };
    },
  };
  const tracer = { isTracingEnabled: () => enabled, getSegment: () => segment };
  return { trace: createTrace(tracer as never), subsegments };
}

describe('a call to the outside', () => {
  it('has a subsegment of its own, also beside others', async () => {
    const { trace, subsegments } = tracerWith(true);
    const results = await Promise.all([trace('S3', async () => 1), trace('private registry', async () => 2)]);
    expect(results).toEqual([1, 2]);
    expect(subsegments).toEqual([
      { name: 'S3', errors: [], closed: true },
      { name: 'private registry', errors: [], closed: true },
    ]);
  });

  it('leaves its error in the subsegment and throws it on', async () => {
    const { trace, subsegments } = tracerWith(true);
    const error = new Error('no');
    await expect(trace('S3', () => Promise.reject(error))).rejects.toBe(error);
    expect(subsegments).toEqual([{ name: 'S3', errors: [error], closed: true }]);
  });

  it('is made all the same when nothing is traced', async () => {
    const { trace, subsegments } = tracerWith(false);
    expect(await trace('S3', async () => 1)).toBe(1);
    expect(subsegments).toEqual([]);
  });

  it('may be any method of an object', async () => {
    const { trace, subsegments } = tracerWith(true);
    const registry = { name: 'r', read: async (key: string) => `${key}!`, other: () => 1 };
    const traced = traceMethods(trace, 'registry', registry, ['read']);
    expect(await traced.read('a')).toBe('a!');
    expect([traced.name, traced.other()]).toEqual(['r', 1]);
    expect(subsegments.map(({ name }) => name)).toEqual(['registry']);
  });
});

import type { Tracer } from '@aws-lambda-powertools/tracer';

/** Runs one call to the outside, in a subsegment of its own where the invocation is traced. */
export type Trace = <T>(name: string, call: () => Promise<T>) => Promise<T>;

/** Everything that knows X-Ray is in this file, so that another tracer can take its place. */
export function createTrace(tracer: Tracer): Trace {
  return async (name, call) => {
    const parent = tracer.isTracingEnabled() ? tracer.getSegment() : undefined;
    // Closed by hand and never made the current one: many calls are under way side by side.
    const subsegment = parent?.addNewSubsegment(name);
    try {
      return await call();
    } catch (error) {
      subsegment?.addError(error instanceof Error ? error : String(error));
      throw error;
    } finally {
      subsegment?.close();
    }
  };
}

/** The same object with every listed method traced under `name`. */
export function traceMethods<T extends object>(
  trace: Trace,
  name: string,
  target: T,
  methods: readonly (keyof T)[],
): T {
  const traced = methods.map((method) => {
    const call = target[method] as (...args: unknown[]) => Promise<unknown>;
    return [method, (...args: unknown[]) => trace(name, () => call.apply(target, args))];
  });
  return { ...target, ...(Object.fromEntries(traced) as Partial<T>) };
}

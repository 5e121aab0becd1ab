import * as z from 'zod';

/** A Terraform state (version 4), as far as it is looked at. */
const stateDocument = z.object({
  version: z.literal(4),
  serial: z.int().min(0),
  lineage: z.string().min(1),
  outputs: z
    .record(z.string(), z.object({ value: z.unknown(), sensitive: z.boolean().default(false) }))
    .default({}),
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        instances: z
          .array(
            z.object({
              index_key: z.union([z.string(), z.number()]).optional(),
              deposed: z.string().optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

export interface StateContents {
  readonly serial: number;
  readonly lineage: string;
  /** Addresses of managed resources, as Terraform writes them. */
  readonly resources: readonly string[];
  /** What `terraform output -json` would say, with the values of sensitive ones: they go into no request and no log. */
  readonly outputs: Readonly<Record<string, { readonly sensitive: boolean; readonly value: unknown }>>;
}

/** Undefined for what is no state: an empty file above all. */
export function readState(text: string): StateContents | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = stateDocument.safeParse(value);
  if (!parsed.success) return undefined;
  const { serial, lineage, outputs, resources } = parsed.data;
  return {
    serial,
    lineage,
    outputs,
    resources: resources
      .filter(({ mode }) => mode === 'managed')
      .flatMap(({ module, type, name, instances }) =>
        instances.map(({ index_key: key }) => {
          const index = key === undefined ? '' : `[${typeof key === 'number' ? key : JSON.stringify(key)}]`;
          return `${module === undefined ? '' : `${module}.`}${type}.${name}${index}`;
        }),
      ),
  };
}

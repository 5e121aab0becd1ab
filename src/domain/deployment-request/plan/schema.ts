import * as z from 'zod';

/** As deep as modules may be called by modules. */
interface ModuleConfiguration {
  readonly resources?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly type: string;
    readonly provisioners?: readonly { readonly type: string }[] | undefined;
  }[];
  readonly module_calls?: Readonly<
    Record<
      string,
      { readonly source?: string | undefined; readonly module?: ModuleConfiguration | undefined }
    >
  >;
}

const moduleConfiguration: z.ZodType<ModuleConfiguration> = z.lazy(() =>
  z.object({
    resources: z
      .array(
        z.object({
          address: z.string(),
          mode: z.string(),
          type: z.string(),
          provisioners: z.array(z.object({ type: z.string() })).optional(),
        }),
      )
      .default([]),
    module_calls: z
      .record(z.string(), z.object({ source: z.string().optional(), module: moduleConfiguration.optional() }))
      .default({}),
  }),
) as z.ZodType<ModuleConfiguration>;

const changed = z.object({
  actions: z.array(z.string()),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
});

const resourceChange = z.object({ address: z.string(), mode: z.string(), type: z.string(), change: changed });

/** What `terraform show -json PLANFILE` says, as far as a plan is judged by it. Format 1.x. */
export const planDocument = z.object({
  format_version: z.string().regex(/^1\./),
  errored: z.boolean().default(false),
  complete: z.boolean().default(true),
  resource_changes: z.array(resourceChange).default([]),
  resource_drift: z.array(resourceChange).default([]),
  output_changes: z.record(z.string(), changed).default({}),
  configuration: z.object({
    provider_config: z.record(z.string(), z.object({ full_name: z.string().optional() })).default({}),
    root_module: moduleConfiguration,
  }),
});

export type PlanDocument = z.output<typeof planDocument>;
export type { ModuleConfiguration };

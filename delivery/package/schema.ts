import * as z from 'zod';

/** What esbuild writes of a bundle, as far as it is read. */
export const bundleMetafile = z.object({ inputs: z.record(z.string(), z.unknown()) });

/** A package.json of a dependency; old ones give the licence as an object. */
export const packageManifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z
    .union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)])
    .optional()
    .default('unknown'),
});

/** The project's own package.json, as far as the packed one repeats it. */
export const projectManifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  repository: z.object({ type: z.string(), url: z.string() }),
  type: z.literal('module'),
  bin: z.record(z.string(), z.string()),
  engines: z.record(z.string(), z.string()),
});

/** `npm pack --json`. */
export const packed = z.array(z.object({ filename: z.string() })).length(1);

/** `npm sbom --sbom-format cyclonedx`: what is not read is passed on as it is. */
export const softwareBill = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
});

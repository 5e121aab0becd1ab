import type { VersionConstraint } from './constraint.ts';
import type { Version } from './version.ts';

/** What a config entry asks for. `text` is what stands in the config ("latest" when it is absent). */
export type RequestedVersion =
  | { readonly kind: 'latest'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string; readonly version: Version }
  | { readonly kind: 'constraint'; readonly text: string; readonly constraint: VersionConstraint };

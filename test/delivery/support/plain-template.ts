import { readFileSync } from 'node:fs';
import { parseTemplate } from '../../../delivery/cloudformation/template.ts';
import { type Parameters, resolveTemplate, type Template } from '../../deployment/support/cloudformation.ts';

/** A template without a transform as CloudFormation would create it with these parameters. */
export function resolvedTemplate(file: string, parameters: Parameters): Template {
  return resolveTemplate(parseTemplate(readFileSync(file, 'utf8')) as Template, parameters);
}

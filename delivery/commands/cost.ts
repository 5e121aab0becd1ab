// Usage: node delivery/commands/cost.ts
// Writes docs/cost.md anew, from the sizes in template.yaml and the prices in delivery/cost/prices.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { parseTemplate } from '../cloudformation/template.ts';
import { deploymentsSizesOf, ledgerSizesOf, sizesOf } from '../cost/cost.ts';
import { costDocument } from '../cost/document.ts';
import { definition, sizedTemplate } from '../cost/schema.ts';

const read = async (file: string) => sizedTemplate.parse(parseTemplate(await readFile(file, 'utf8')));

const template = await read('template.yaml');
const ledger = await read('stacks/ledger.yaml');
const deployments = await read('stacks/deployments.yaml');
const states = definition.parse(JSON.parse(await readFile('statemachine/provider-sync.asl.json', 'utf8')));
await writeFile(
  'docs/cost.md',
  costDocument(sizesOf(template, states), ledgerSizesOf(template, ledger), deploymentsSizesOf(deployments)),
);

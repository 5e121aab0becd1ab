import { writeFile } from 'node:fs/promises';
import { configJsonSchema } from '../src/domain/config/schema.ts';

const target = new URL('../schema/config.schema.json', import.meta.url);
await writeFile(target, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);

import { mkdir, writeFile } from 'node:fs/promises';
import { EVENT_TYPES, type EventName, eventJsonSchema } from '../src/domain/events/types/schema.ts';

const folder = new URL('../schema/events/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const name of Object.keys(EVENT_TYPES) as EventName[]) {
  const text = `${JSON.stringify(eventJsonSchema(name), null, 2)}\n`;
  await writeFile(new URL(`${name}.v1.schema.json`, folder), text);
}

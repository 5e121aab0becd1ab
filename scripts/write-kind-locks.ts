import { writeFile } from 'node:fs/promises';
import { withNotesMirror } from './stand-ins/notes-mirror.ts';

// npm run kinds: the lock file of the kind `example`, whose provider is built here.
await withNotesMirror(async ({ lock }) => {
  await writeFile(new URL('../terraform/kinds/example/module/.terraform.lock.hcl', import.meta.url), lock);
});

// Runs one built function with one event, as Lambda would: node scripts/invoke-bundle.ts MODULE EVENT.json
// Prints the answer, or the error as Lambda hands it on and ends with 1. Tells it to a parent process too.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [module = '', event = ''] = process.argv.slice(2);
if (module === '' || event === '') {
  console.error('usage: node scripts/invoke-bundle.ts MODULE EVENT.json');
  process.exit(2);
}

const TIME_LIMIT_MS = 900_000;
const started = Date.now();
const context = {
  awsRequestId: 'a3de505e-f16b-42f4-b3e6-bcd2e4a73903',
  functionName: path.basename(module, '.mjs'),
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:local',
  memoryLimitInMB: '256',
  getRemainingTimeInMillis: () => TIME_LIMIT_MS - (Date.now() - started),
};

try {
  const { handler } = (await import(pathToFileURL(path.resolve(module)).href)) as {
    handler: (event: unknown, context: object) => Promise<unknown>;
  };
  const answer = await handler(JSON.parse(await readFile(event, 'utf8')), context);
  console.log(JSON.stringify(answer, undefined, 2));
  process.send?.({ answer });
} catch (thrown) {
  const { name, message } = thrown as Error;
  console.error(JSON.stringify({ errorType: name, errorMessage: message }, undefined, 2));
  process.send?.({ error: { errorType: name, errorMessage: message } });
  process.exitCode = 1;
}
process.disconnect?.();

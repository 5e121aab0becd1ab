import { appendFileSync } from 'node:fs';

/** What a job's summary takes. Source: GitHub Docs, "Workflow commands", job summaries: 1 MiB a step. */
const SUMMARY_LIMIT = 1_048_576;

/** Says a line in the job's log and, as Markdown, in its summary. */
export function say(line: string): void {
  console.log(line);
  summarize(`${line}\n`);
}

export function summarize(markdown: string): void {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  appendFileSync(
    file,
    `${Buffer.from(markdown)
      .subarray(0, SUMMARY_LIMIT - 1_024)
      .toString()}\n`,
  );
}

/** Hands a value to later steps and jobs. */
export function output(name: string, value: string): void {
  const file = process.env['GITHUB_OUTPUT'];
  if (file) appendFileSync(file, `${name}=${value.replaceAll(/[\r\n]/g, ' ')}\n`);
}

/** An error that the run shows on its front page, and the exit code that goes with it. */
export function fail(error: unknown): void {
  // A program that failed may have said far more than anybody reads.
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 4_000);
  // The log reads commands line by line, with these escapes.
  console.log(`::error::${message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`);
  summarize(`**Failed:** ${message.replaceAll(/[<>`]/g, "'")}\n`);
  process.exitCode = 1;
}

/** Runs a command; what it throws becomes the job's error. */
export async function job(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    fail(error);
  }
}

/** A setting from the environment that the workflow has to give. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: give it as a variable of the repository (docs/delivery.md).`);
  return value;
}

import path from 'node:path';
import type { DeploymentTools } from './deployment-tools.ts';

const SCRIPT = path.join(import.meta.dirname, 'in_one_process.py');

/**
 * Runs command lines, each `sam …` or `cfn-lint …`, in one process, which lints no template twice. Returns what one of
 * them said; throws, with all of it, when that one failed.
 */
export async function runTogether(
  tools: DeploymentTools,
  lines: readonly string[],
): Promise<(line: string) => string> {
  const answers: readonly { readonly code: number; readonly said: string }[] = JSON.parse(
    await tools.run('python', [SCRIPT], JSON.stringify(lines)),
  );
  const byLine = new Map(lines.map((line, at) => [line, answers[at]]));
  return (line) => {
    const { code = 'no answer', said = '' } = byLine.get(line) ?? {};
    if (code !== 0) throw new Error(`"${line}" ended with ${code}:\n${said}`);
    return said;
  };
}

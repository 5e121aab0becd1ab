import { describe, expect, it } from 'vitest';
import { listenForInterruption } from '../../src/cli/interruption.ts';
import type { StopSignal } from '../../src/cli/io.ts';
import { recordingIo } from '../support/command-line.ts';

function interruptible() {
  const exits: number[] = [];
  let listener: ((signal: StopSignal) => void) | undefined;
  const interruption = listenForInterruption({
    ...recordingIo(),
    onStopSignal: (given) => {
      listener = given;
      return () => {
        listener = undefined;
      };
    },
    exit: (code) => void exits.push(code),
  });
  return {
    interruption,
    exits,
    receive: (signal: StopSignal) => listener?.(signal),
    listens: () => listener !== undefined,
  };
}

describe('a stop signal', () => {
  it('aborts the run the first time and ends the process the second time', () => {
    const { interruption, exits, receive } = interruptible();
    expect(interruption.exitCode()).toBeUndefined();
    receive('SIGINT');
    expect(interruption.signal.reason).toMatchObject({ code: 'Interrupted' });
    expect({ code: interruption.exitCode(), exits }).toEqual({ code: 130, exits: [] });
    receive('SIGINT');
    expect(exits).toEqual([130]);
  });

  it('of another kind the second time gives the process that kind’s exit code', () => {
    const { exits, receive } = interruptible();
    receive('SIGINT');
    receive('SIGTERM');
    expect(exits).toEqual([143]);
  });

  it('is not listened to any more when the command has ended', () => {
    const { interruption, listens } = interruptible();
    interruption[Symbol.dispose]();
    expect(listens()).toBe(false);
  });
});

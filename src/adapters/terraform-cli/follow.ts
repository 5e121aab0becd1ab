import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 256 * 1024;
const LONGEST_LINE = 1024 * 1024;

export interface Follower {
  /** Reads what is there by now. */
  read(): Promise<void>;
  /** Reads the rest, and closes. */
  end(): Promise<void>;
}

/** Hands a growing file out line by line. Of long lines the rest is dropped. */
export async function followFile(path: string, onLine: (line: string) => void): Promise<Follower> {
  const file: FileHandle = await open(path, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK);
  let position = 0;
  let line = '';

  const take = (text: string): void => {
    const parts = text.split('\n');
    for (const [index, part] of parts.entries()) {
      if (line.length < LONGEST_LINE) line += part.slice(0, LONGEST_LINE - line.length);
      if (index === parts.length - 1) return;
      onLine(line);
      line = '';
    }
  };
  const read = async (): Promise<void> => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      take(decoder.write(buffer.subarray(0, bytesRead)));
    }
  };
  return {
    read,
    end: async () => {
      await read();
      take(decoder.end());
      if (line !== '') onLine(line);
      await file.close();
    },
  };
}

/** Why a text that a person wrote was refused, without its place. */
export interface Mistake {
  /** What is wrong, with the value at fault. */
  readonly problem: string;
  /** What to write instead, where that is known. */
  readonly fix?: string;
}

const MAX_QUOTED = 80;

/** A value as it stands in JSON, cut to what a message can bear. */
export function quote(value: unknown): string {
  const short = typeof value === 'string' ? value.slice(0, MAX_QUOTED) : value;
  const text = JSON.stringify(short) ?? String(value);
  return short === value && text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`;
}

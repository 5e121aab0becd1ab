/** Why a text that a person wrote was refused, without its place. */
export interface Mistake {
  /** What is wrong, with the value at fault. */
  readonly problem: string;
  /** What to write instead, where that is known. */
  readonly fix?: string;
}

const MAX_QUOTED = 80;

/** A token of HCP Terraform or Terraform Enterprise: ID.atlasv1.SECRET. */
const TOKEN = /[\w-]+\.atlasv1\.[\w-]*/g;

/** A value as it stands in JSON, cut to what a message can bear, without the credentials of a URL and without API tokens. */
export function quote(value: unknown): string {
  const told = typeof value === 'string' ? withoutCredentials(value) : value;
  const short = typeof told === 'string' ? told.slice(0, MAX_QUOTED) : told;
  const text = JSON.stringify(short) ?? String(told);
  const cut = short === told && text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`;
  return cut.replace(TOKEN, '…');
}

function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//…@');
}

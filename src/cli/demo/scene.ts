export interface SceneOutcome {
  /** What there is to see. */
  readonly shown: string;
  /** One sentence: what it means, or what should have been. */
  readonly meaning: string;
  readonly asTold: boolean;
}

export interface Meaning {
  readonly asTold: string;
  readonly otherwise: string;
}

export function sayWhether(asTold: boolean, meaning: Meaning): string {
  return asTold ? meaning.asTold : `This is not what should have happened. ${meaning.otherwise}`;
}

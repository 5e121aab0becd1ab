declare module 'asl-validator' {
  /** Checks a definition against the schema of Amazon States Language, its paths and its state names. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
  };
}

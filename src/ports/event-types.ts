import type { CheckedType } from '../domain/ledger-intake/judge.ts';
import type { RegisteredType } from '../domain/ledger-intake/rules.ts';
import type { TypeDocument } from '../domain/ledger-intake/schema.ts';

/** The event types that a company has registered. */
export interface EventTypes {
  /** Undefined when nobody has registered it. Throws ServiceUnavailable when it passes with time. */
  find(type: string): Promise<CheckedType | undefined>;
}

/** Where types are handed in, and where it is said what became of them. */
export interface TypeOffice {
  /** What was handed in, as text; undefined when it is gone. Throws as EventTypes. */
  read(key: string, versionId: string | undefined): Promise<string | undefined>;
  register(type: RegisteredType, at: Date): Promise<void>;
  refuse(type: string, problems: readonly string[], at: Date): Promise<void>;
}

/** Tries a type where it can do no harm. */
export interface TypeTrial {
  /** What is wrong with the schema or with its samples, in lines for people; empty when nothing is. */
  problems(document: TypeDocument): Promise<readonly string[]>;
}

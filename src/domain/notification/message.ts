/** A message for people. */
export interface NotificationMessage {
  /** Printable ASCII, no line breaks, under 100 characters: SNS refuses anything else. */
  readonly subject: string;
  readonly body: string;
}

const MAX_SUBJECT = 99;
const MAX_PARAGRAPH = 8_000;

/** The text as a subject: what is not printable ASCII becomes "?", what is too long is cut with "...". */
export function toSubject(text: string): string {
  const printable = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^ -~]/gu, '?')
    .trim();
  return printable.length <= MAX_SUBJECT ? printable : `${printable.slice(0, MAX_SUBJECT - 3)}...`;
}

/** The paragraphs, a blank line between two; a very long one is cut and says so. */
export function toBody(paragraphs: readonly string[]): string {
  return paragraphs
    .filter((paragraph) => paragraph !== '')
    .map((text) =>
      text.length <= MAX_PARAGRAPH
        ? text
        : `${text.slice(0, MAX_PARAGRAPH)} ... (cut here; the log has it all)`,
    )
    .join('\n\n');
}

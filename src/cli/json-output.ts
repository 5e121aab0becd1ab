/**
 * The version of the form of every JSON document. Its first number changes when a field goes or changes its meaning;
 * its second when one is added.
 */
const FORMAT_VERSION = '1.0';

/** A result, an error or an event as a program reads it, on lines of its own unless `compact`. */
export function jsonDocument(document: object, compact = false): string {
  // What has always been a list stays one.
  const versioned = Array.isArray(document) ? document : { format_version: FORMAT_VERSION, ...document };
  return `${compact ? JSON.stringify(versioned) : JSON.stringify(versioned, null, 2)}\n`;
}

/** Shortens every http(s) link in a text to its host. */
export function withoutLinks(text: string): string {
  return text.replace(/(https?:\/\/[^\s/?#"'<>]+)[^\s"'<>]*/g, '$1/…');
}

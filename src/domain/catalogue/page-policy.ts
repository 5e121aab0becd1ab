/**
 * What the page may do: take scripts, styles, pictures and data from its own origin, and nothing else. Nothing inline
 * runs, no text becomes a script or markup (trusted types, of which there are none), no form is sent, and no `base`
 * leads the links astray.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The same for a server's header, with what a page cannot say of itself: nobody may show it in a frame. */
export const HEADER_POLICY = `${PAGE_POLICY}; frame-ancestors 'none'`;

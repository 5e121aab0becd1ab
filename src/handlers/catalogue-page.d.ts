/** The page's files, which the build writes there: a function has no other way to carry them. */
declare module '*/catalogue-page.json' {
  const files: readonly { readonly path: string; readonly base64: string }[];
  export default files;
}

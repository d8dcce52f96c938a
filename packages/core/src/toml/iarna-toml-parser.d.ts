/** The parser inside of `@iarna/toml` 2.2.5, which its own types leave out: only what we need of it. */
declare module '@iarna/toml/lib/toml-parser.js' {
  class TOMLParser {
    parse(text: string): void;
    finish(): unknown;
    /** Called with each part of a header that is followed by a dot or a bracket: `[part.part]`, `[[part.part]]`. */
    parseTableMore(part: string): unknown;
    parseListMore(part: string): unknown;
    /** Called with the parts of the dotted key of an assignment, and of one in an inline table. */
    recordAssignStatement(assignment: { readonly key: readonly string[] }): unknown;
    recordInlineTableValue(assignment: { readonly key: readonly string[] }): unknown;
    /** An error with the place that was reached. */
    error(error: Error): Error;
  }
  export = TOMLParser;
}

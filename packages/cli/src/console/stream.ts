/** Standard output or standard error, as far as printing needs to know it. */
export interface TextStream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Characters in a line; undefined when it is no terminal. */
  readonly columns: number | undefined;
}

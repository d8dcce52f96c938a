/** How an input's text is read. A `list` has one item per line; a comma never separates. */
export type InputType = 'string' | 'boolean' | 'number' | 'enum' | 'path' | 'list';

/** The headings under which inputs are shown, in this order. */
export const INPUT_GROUPS = {
  image: 'The image and where it goes',
  app: 'The app',
  builder: 'Builder and buildpacks',
  build: 'What the build gets',
  cache: 'Cache',
  run: 'How it runs',
  network: 'Network',
  reports: 'Reports',
} as const;

export type InputGroup = keyof typeof INPUT_GROUPS;

interface Common {
  /** Lower-case kebab; the same in every adapter. */
  readonly name: string;
  readonly group: InputGroup;
  /** Full sentences for the documentation, in Markdown; the first one stands alone as help on a command line. */
  readonly description: string;
  /** The text that stands for an absent input; none when absence means something of its own. */
  readonly default?: string;
  /** In words, what an absent input means when no text says it. */
  readonly defaultNote?: string;
  /** The keys of project.toml (schema 0.2 and later) that may give it; the input wins. */
  readonly projectToml?: string;
  /** Its values may hold passwords: they are never quoted. */
  readonly secret?: true;
  /** GitHub and GitLab tell it themselves: their adapters don't have it. */
  readonly toldByCi?: true;
  /** Values as a user would write them; more than one line is more than one item. */
  readonly example?: string;
}

/** One input: all that adapters, help and documentation say about it comes from here. */
export type InputDefinition =
  | (Common & { readonly type: Exclude<InputType, 'enum'> })
  | (Common & { readonly type: 'enum'; readonly values: readonly string[] });

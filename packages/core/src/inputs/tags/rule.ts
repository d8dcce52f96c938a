/** One `type=…` line of `tags`, in the language of docker/metadata-action's input of the same name. */
export type TagRule = RuleCommon & RuleKind;

interface RuleCommon {
  /** As it was written. */
  readonly line: string;
  /** Templates that are put before and after the tag. */
  readonly prefix: string;
  readonly suffix: string;
  /** A template that gives `true` or `false`. */
  readonly enable: string;
  /** The tags of rules with more of it come first. */
  readonly priority: number;
}

/** What the tag is made from. `value` is a template that stands in for the Git tag, `match` takes the version out of it. */
export type RuleKind =
  | { readonly type: 'schedule'; readonly pattern: string }
  | { readonly type: 'semver'; readonly pattern: string; readonly match?: RegExp; readonly value?: string }
  | { readonly type: 'match'; readonly pattern: RegExp; readonly group: number; readonly value?: string }
  | { readonly type: 'edge'; readonly branch?: string }
  | { readonly type: 'ref'; readonly event: RefEvent }
  | { readonly type: 'raw'; readonly value: string }
  | { readonly type: 'sha'; readonly format: ShaFormat };

export type RefEvent = 'branch' | 'tag' | 'pr';
export type ShaFormat = 'short' | 'long';
export type RuleType = RuleKind['type'];

/** Tags that stand in a line of their own are raw ones. */
export const RAW_PRIORITY = 200;

/** The priorities of docker/metadata-action. */
export const PRIORITIES: Readonly<Record<RuleType, number>> = {
  schedule: 1000,
  semver: 900,
  match: 800,
  edge: 700,
  ref: 600,
  raw: RAW_PRIORITY,
  sha: 100,
};

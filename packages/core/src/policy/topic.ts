import type { TableReader } from '../toml/table.ts';
import type { Judge } from './policy.ts';

/** How a key's value is written, for the schema. */
export type KeyType = 'texts' | 'text' | 'flag';

/** A key of a topic's table, each a rule of its own. */
export interface TopicKey {
  readonly name: string;
  readonly type: KeyType;
  /** The only texts that it may have; absent: any. */
  readonly values?: readonly string[];
  /** For the documentation, in Markdown. */
  readonly description: string;
  /** A value as TOML has it. */
  readonly example: string;
  /** Reads the value; undefined when it is no rule, since it is wrong (which is then noted) or switched off. */
  read(table: TableReader, key: string): Judge | undefined;
}

/** A table of a policy: what its keys are about. */
export interface Topic {
  readonly name: string;
  /** For the documentation, in Markdown. */
  readonly description: string;
  readonly keys: readonly TopicKey[];
}

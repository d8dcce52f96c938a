import type { Problems } from '../errors/problems.ts';
import type { HostStoreName } from '../ports/index.ts';
import type { ConnectionContext } from './connection.ts';
import type { InputReader } from './reader.ts';
import type { InputNameOf } from './schema.ts';
import type { Surroundings } from './source-place.ts';
import type { CiFacts, TrustDecision } from './trust.ts';

/** What inputs are read against. */
export interface ParseContext extends ConnectionContext {
  /** What the CI knows of the run; `checkout` where none tells: then the inputs about it count, and Git is asked. */
  readonly facts: CiFacts | 'checkout';
  /** The machine's, in OCI words (`amd64`). */
  readonly architecture: string;
  /** The stores for layer caches that the CI has of its own and that can be used in this run; absent: none. */
  readonly cacheStores?: readonly HostStoreName[];
  /** Names of variables that the CI gave to us alone: no buildpack gets them by their names. Absent: none. */
  readonly withheld?: (name: string) => boolean;
  /** Folders with credentials, or with the build itself, that no input may hand to buildpacks; absolute. Absent: none. */
  readonly ownPlaces?: readonly string[];
  /** There is no input for another place of the image than a registry: none is told of. Absent: there is. */
  readonly registryOnly?: boolean;
  /** The image may lack a name and a place: nothing is built. */
  readonly nameless?: boolean;
}

/** What the readers of each part of the inputs share. */
export interface Parts {
  readonly reader: InputReader;
  readonly context: Omit<ParseContext, 'facts'> & { readonly facts: CiFacts };
  readonly problems: Problems;
  readonly trust: TrustDecision;
  readonly surroundings: Surroundings;
}

/** Each item of a list as `parse` reads it; all that throw are reported. */
export function eachItem<T>(
  { reader, problems }: Parts,
  name: InputNameOf<'list'>,
  parse: (text: string) => T,
): readonly T[] {
  return reader.list(name).flatMap((text) => problems.attempt(() => [parse(text)]) ?? []);
}

/** A text that is a name of the form that `pattern` tells; what is none is reported. */
export function matching(
  { reader, problems }: Parts,
  name: InputNameOf<'string'>,
  pattern: RegExp,
): string | undefined {
  const text = reader.text(name);
  if (text === undefined || pattern.test(text)) return text;
  problems.report(name, `"${text}" is not a name`, 'Use letters, digits, dots and dashes.');
  return undefined;
}

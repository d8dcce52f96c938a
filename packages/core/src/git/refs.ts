/** What a ref points to. */
export interface RefTarget {
  /** An object, hexadecimal. */
  readonly id: string;
  /** The object that an annotated tag is about; `id` itself where it is known that it is none; absent: not known. */
  readonly peeled?: string;
}

/** Names and their targets. */
export type Targets = ReadonlyMap<string, RefTarget>;

/** The refs of a repository, in whatever way it keeps them. */
export interface Refs {
  /** What a ref by its full name is: an object, hexadecimal, or `ref: NAME`. Undefined when there is none. */
  value(name: string): string | undefined;
  /** All tags by their bare names. */
  tags(): Targets;
}

/** What the full names of tags begin with. */
export const TAGS = 'refs/tags/';
/** Bytes of a file with refs: a million of them take less. */
export const REFS_LIMIT = 256 * 1024 * 1024;

const SYMBOLIC = /^ref: *(refs\/.+)$/;
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** As many as Git follows. */
const LINKS = 5;

/** The ref that a symbolic one such as `HEAD` names; undefined when it names a commit. */
export function symbolicTarget(refs: Refs, name: string): string | undefined {
  return SYMBOLIC.exec(refs.value(name) ?? '')?.[1];
}

/** The object that a ref stands for in the end; undefined on a branch without a commit. */
export function resolveRef(refs: Refs, name: string): string | undefined {
  let at: string | undefined = name;
  for (let link = 0; link < LINKS && at !== undefined; link += 1) {
    const value: string = refs.value(at) ?? '';
    if (ID.test(value)) return value;
    at = symbolicTarget(refs, at);
  }
  return undefined;
}

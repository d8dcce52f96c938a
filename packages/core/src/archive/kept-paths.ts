import { type InnerPath, isWithin } from './tree-root.ts';

/** Paths below a root that no archive may touch: neither they and what is in them, nor the folders that lead to them. */
export class KeptPaths {
  readonly #paths: readonly InnerPath[];

  constructor(paths: readonly InnerPath[] = []) {
    this.#paths = paths;
  }

  /** It is one of them, or in one of them. */
  covers(path: InnerPath): boolean {
    return this.#paths.some((kept) => isWithin(path, kept));
  }

  /** It is a folder on the way to one of them: it stays, and may get other contents. */
  leadTo(path: InnerPath): boolean {
    return this.#paths.some((kept) => kept !== path && (path === '' || isWithin(kept, path)));
  }
}

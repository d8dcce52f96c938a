import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import path from 'node:path';

/** The part of a PATH whose programs are the operator's. */
export interface SearchPath {
  /** Absolute, in their order. */
  readonly directories: readonly string[];
  /** The first of them with an executable of this name that is not a link into an untrusted place. */
  find(program: string): Promise<string | undefined>;
}

/**
 * Leaves out of a PATH what an outsider may have filled: relative entries and what is in one of the `untrusted` directories or in
 * the checkouts around them, by its name or by where links lead.
 */
export async function trustedSearchPath(text: string, untrusted: readonly string[]): Promise<SearchPath> {
  const roots = (await Promise.all(untrusted.map(rootsOf))).flat();
  const isTrusted = async (file: string): Promise<boolean> => {
    const names = [path.resolve(file), await resolved(file)];
    return !names.some((name) => roots.some((root) => isInside(name, root)));
  };
  const directories: string[] = [];
  for (const directory of text.split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    if (await isTrusted(directory)) directories.push(directory);
  }
  return {
    directories,
    async find(program) {
      for (const directory of directories) {
        const file = path.join(directory, program);
        if ((await isThere(file, constants.X_OK)) && (await isTrusted(file))) return file;
      }
      return undefined;
    },
  };
}

/** The directory and the checkout that it is a part of, each as written and with links resolved. The root of all is none. */
async function rootsOf(directory: string): Promise<readonly string[]> {
  const real = await resolved(directory);
  const roots = [path.resolve(directory), real, (await checkoutOf(real)) ?? real];
  return roots.filter((root) => root !== path.parse(root).root);
}

/** The nearest directory upwards that Git knows as its own. */
async function checkoutOf(directory: string): Promise<string | undefined> {
  if (await isThere(path.join(directory, '.git'), constants.F_OK)) return directory;
  const parent = path.dirname(directory);
  return parent === directory ? undefined : checkoutOf(parent);
}

function isInside(file: string, root: string): boolean {
  return file === root || file.startsWith(`${root}${path.sep}`);
}

async function resolved(file: string): Promise<string> {
  return realpath(file).catch(() => path.resolve(file));
}

async function isThere(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

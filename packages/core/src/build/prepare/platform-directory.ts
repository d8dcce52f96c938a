import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openFolder } from './open-folder.ts';

/** One binding as files: `type` is among the entries (buildpack specification, platform.md, "Bindings"). */
export interface BindingFiles {
  readonly name: string;
  readonly entries: readonly { readonly key: string; readonly content: Uint8Array }[];
}

/** What `/platform` holds. */
export interface PlatformContents {
  readonly environment: Readonly<Record<string, string>>;
  readonly bindings: readonly BindingFiles[];
}

/**
 * Writes the platform directory (`/platform`): `env/<NAME>` holds exactly the value's bytes, without a line end of ours;
 * `bindings/<name>/<key>` the binding's. Readable to the CNB user.
 */
export async function writePlatformDirectory(
  directory: string,
  { environment, bindings }: PlatformContents,
): Promise<void> {
  await mkdir(path.join(directory, 'env'), { recursive: true });
  for (const [name, value] of Object.entries(environment)) {
    await writeFile(path.join(directory, 'env', name), value, { flag: 'wx' });
  }
  for (const binding of bindings) {
    const target = path.join(directory, 'bindings', binding.name);
    await mkdir(target, { recursive: true });
    for (const { key, content } of binding.entries) {
      await writeFile(path.join(target, key), content, { flag: 'wx' });
    }
  }
  await openFolder(directory);
}

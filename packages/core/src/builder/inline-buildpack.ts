import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../errors/index.ts';
import type { BuildpackModule } from './buildpack-package.ts';
import { formatModule, isModuleName } from './module.ts';
import { renderToml } from '../toml/write-toml.ts';

/** A buildpack that is a script in project.toml (project descriptor, `script`). */
export interface InlineScript {
  readonly id: string;
  readonly version: string;
  /** The Buildpack API that it is written for. */
  readonly api: string;
  /** The interpreter for the first line, without `#!`. */
  readonly shell: string;
  readonly script: string;
}

const EXECUTABLE = 0o755;

/**
 * Makes the buildpack of a script as pack makes it (`createInlineBuildpack`): detection always succeeds, the build runs the script.
 *
 * @throws InputError when id or version can't be a buildpack's, or the interpreter is more than one line
 */
export function inlineBuildpack({ id, version, api, shell, script }: InlineScript): BuildpackModule {
  const name = { id, version };
  if (!isModuleName(name)) throw refused(`"${formatModule(name)}" can't be the name of a buildpack`);
  if (/[\r\n\0]/.test(shell) || shell.trim() === '') throw refused(`"${shell}" can't be the shell of "${id}"`);
  const files = {
    'buildpack.toml': renderToml({ api, buildpack: { id, version }, stacks: [{ id: '*' }] }),
    'bin/detect': `#!${shell}\n\nexit 0\n`,
    'bin/build': `#!${shell}\n\n${script}\n`,
  };
  return {
    ...name,
    api,
    place: async (directory) => {
      await mkdir(path.join(directory, 'bin'), { recursive: true });
      for (const folder of [directory, path.join(directory, 'bin')]) await chmod(folder, EXECUTABLE);
      for (const [file, content] of Object.entries(files)) {
        await writeFile(path.join(directory, file), content);
        await chmod(path.join(directory, file), file.startsWith('bin/') ? EXECUTABLE : 0o644);
      }
    },
  };
}

function refused(message: string): InputError {
  return new InputError([{ input: 'io.buildpacks.group', message }]);
}

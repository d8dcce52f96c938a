import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf } from './cache.ts';
import { command } from './command.ts';

/**
 * The folder of a Python program of the same name, with all that it needs; below it `bin`. In the versions and with the hashes that
 * `tools/<name>/requirements.txt` says; installed first when it is not in the cache.
 *
 * @throws Error saying what is needed when there is no python3 with pip
 */
export async function pythonTool(name: string): Promise<string> {
  const file = path.join(import.meta.dirname, 'tools', name, 'requirements.txt');
  const requirements = await readFile(file, 'utf8');
  const python = await command('python3', ['--version']).catch(missing(name));
  return kept(`bin/${name}-${keyOf(process.arch, python, requirements)}`, async (directory) => {
    process.stderr.write(`bench: installing ${name} (once)\n`);
    const settings = ['--quiet', '--no-deps', '--no-compile', '--require-hashes', '--only-binary', ':all:'];
    const target = ['--target', directory, '-r', file];
    await command('python3', ['-m', 'pip', 'install', ...settings, ...target]).catch(missing(name));
    if (!existsSync(path.join(directory, 'bin', name))) throw new Error(`the wheel of ${name} holds no program`);
  });
}

/**
 * What a linter among them prints about files, with the exit status 0 or 1.
 *
 * @throws Error with what it has printed, for any other status
 */
export async function lintWith(name: string, args: readonly string[], directory?: string): Promise<string> {
  const environment = { PYTHONPATH: await pythonTool(name) };
  const run = `code=0; python3 "$@" || code=$?; [ "$code" = 1 ] || exit "$code"`;
  const linting = ['-m', name.replaceAll('-', '_'), ...args];
  return command('sh', ['-c', run, 'sh', ...linting], { environment, ...(directory !== undefined && { directory }) });
}

function missing(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`the test bench needs python3 with pip to install ${name}`, { cause });
  };
}

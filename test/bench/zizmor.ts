import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { kept, keyOf } from './cache.ts';
import { command } from './command.ts';

const REQUIREMENTS = path.join(import.meta.dirname, 'tools', 'zizmor', 'requirements.txt');

/**
 * The path of `zizmor`, the linter that looks for what can be attacked in workflows and actions. It is a program in a Python wheel, in the
 * version and with the hash that `tools/zizmor/requirements.txt` says; installed first when it is not in the cache.
 *
 * @throws Error saying what is needed when there is no python3 with pip
 */
export async function zizmor(): Promise<string> {
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const name = `bin/zizmor-${keyOf(process.arch, requirements)}`;
  return path.join(await kept(name, install), 'bin', 'zizmor');
}

async function install(directory: string): Promise<void> {
  process.stderr.write('bench: installing zizmor (once)\n');
  const settings = ['--quiet', '--no-deps', '--no-compile', '--require-hashes', '--only-binary', ':all:'];
  try {
    await command('python3', ['-m', 'pip', 'install', ...settings, '--target', directory, '-r', REQUIREMENTS]);
  } catch (error) {
    throw new Error('the test bench needs python3 with pip to install zizmor', { cause: error });
  }
  if (!existsSync(path.join(directory, 'bin', 'zizmor'))) throw new Error('the wheel of zizmor holds no program');
}

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../errors/index.ts';
import type { ProcessRunner } from '../../ports/index.ts';
import type { JobTools } from './prepared-folder.ts';

const LOADER = /^ld-.*\.so\.\d+$/;

/**
 * The programs of the tool image that other containers can use, given the folder in which it has all that is ours.
 *
 * @throws BuildpacksError `engine` where there is no such folder
 */
export async function jobTools(folder: string, processes: ProcessRunner): Promise<JobTools> {
  const [programs, libraries] = ['bin', 'lib'].map((name) => path.join(folder, name)) as [string, string];
  const zstd = path.join(programs, 'zstd');
  const name = (await readdir(libraries).catch(() => [])).find((each) => LOADER.test(each));
  if (name === undefined) throw missing(folder);
  const loader = path.join(libraries, name);
  const listing = await processes.run({ file: loader, args: ['--library-path', libraries, '--list', zstd] });
  if (listing.status !== 0) throw missing(folder);
  // Each line names a library and where it is; the kernel's own has no place.
  const files = [...listing.stdout.matchAll(/ => (\/\S+) \(/g)].map(([, file = '']) => file);
  const others = files.filter((file) => file !== loader);
  return { busybox: path.join(programs, 'busybox'), zstd, libraries: { loader, files: others } };
}

function missing(folder: string): BuildpacksError {
  return new BuildpacksError(
    'engine',
    `"${folder}" does not hold the programs that a build in several containers needs`,
    {
      hint: 'Run this in the tool image.',
    },
  );
}

import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError, writeFileWhole } from '@buildpacks-ci/core';

/** What this program keeps in the project, since GitLab takes only files in it. No part of the app. */
export const FOLDER = '.buildpacks-ci';

/** Where the files are that GitLab picks up, below the project's directory; `component/files.ts` names them to GitLab. */
export interface Folder {
  /** Absolute, as all of them. */
  readonly directory: string;
  readonly dotenv: string;
  readonly annotations: string;
  readonly result: string;
  /** All bills of materials of the build, unless the user wants them elsewhere. */
  readonly sbom: string;
  /** The bill of that name for GitLab's CycloneDX report. */
  bill(name: string): string;
}

const BILL = /^gl-sbom-.*\.cdx\.json$/;

export function folderOf(project: string): Folder {
  const directory = path.join(project, FOLDER);
  return {
    directory,
    dotenv: path.join(directory, 'build.env'),
    annotations: path.join(directory, 'annotations.json'),
    result: path.join(directory, 'result.json'),
    sbom: path.join(directory, 'sbom'),
    bill: (name) => path.join(directory, `gl-sbom-${name}.cdx.json`),
  };
}

/**
 * Makes the folder, for us alone to enter, and takes the reports out of it that artifacts of an earlier job have brought: GitLab would
 * take them for this job's.
 *
 * @throws InputError when the repository has something else in its place: a checkout does not choose where we write
 */
export async function openFolder(project: string): Promise<Folder> {
  const folder = folderOf(project);
  const { directory } = folder;
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch(() => undefined);
  if (!(await isDirectory(directory))) {
    const message = `"${FOLDER}" in the project is no directory, and reports are to be written there`;
    throw new InputError([{ input: 'path', message, hint: `Remove "${FOLDER}" from the repository.` }]);
  }
  // Artifacts and caches are unpacked by another user in some executors, who then owns it.
  await chmod(directory, 0o700).catch(() => undefined);
  const bills = (await readdir(directory)).filter((name) => BILL.test(name)).map((name) => path.join(directory, name));
  for (const file of [folder.dotenv, folder.annotations, folder.result, folder.sbom, ...bills])
    await rm(file, { recursive: true, force: true });
  // For Git the checkout stays as it was.
  await writeFileWhole(path.join(directory, '.gitignore'), [Buffer.from('*\n')]);
  return folder;
}

async function isDirectory(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined))?.isDirectory() === true;
}

import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { copySbomFiles, findSbomFiles } from '../../../src/build/publish/sbom-files.ts';
import { buildDirectory, type BuildDirectory } from '../../../src/lifecycle/build-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A build directory in which RUN has left one bill of materials. */
async function buildWithBill(): Promise<BuildDirectory> {
  const directory = buildDirectory(await temporaryDirectory());
  await mkdir(path.join(directory.layers, 'sbom/launch/a_b'), { recursive: true });
  await writeFile(path.join(directory.layers, 'sbom/launch/a_b/sbom.cdx.json'), 'new');
  return directory;
}

async function copyTo(target: string): Promise<readonly string[]> {
  const directory = await buildWithBill();
  return copySbomFiles(directory, await findSbomFiles(directory), target);
}

it('makes the directory and replaces what an earlier build has left', async () => {
  const target = path.join(await temporaryDirectory(), 'deep/sbom');
  await copyTo(target);
  expect(await copyTo(target)).toEqual([path.join(target, 'launch/a_b/sbom.cdx.json')]);
  expect(await readFile(path.join(target, 'launch/a_b/sbom.cdx.json'), 'utf8')).toBe('new');
});

it.each(['launch', 'launch/a_b'])('does not follow the link %s, which may have come with the app', async (folder) => {
  const target = await temporaryDirectory();
  const elsewhere = await temporaryDirectory();
  await mkdir(path.dirname(path.join(target, folder)), { recursive: true });
  await symlink(elsewhere, path.join(target, folder));
  await expect(copyTo(target)).rejects.toThrow(`"${path.join(target, folder)}" is a link or a file`);
  expect(await readdir(elsewhere)).toEqual([]);
});

it('replaces a link in the place of a file, and not what it leads to', async () => {
  const target = await temporaryDirectory();
  const victim = path.join(await temporaryDirectory(), 'victim');
  await writeFile(victim, 'mine');
  await mkdir(path.join(target, 'launch/a_b'), { recursive: true });
  await symlink(victim, path.join(target, 'launch/a_b/sbom.cdx.json'));
  await copyTo(target);
  expect(await readFile(victim, 'utf8')).toBe('mine');
});

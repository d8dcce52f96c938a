import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import { folderOf, openFolder } from '../src/folder.ts';
import { temporaryDirectory, writeTree } from './support/files.ts';

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('the folder in the project', () => {
  it('is made for us alone, and Git does not see it', async () => {
    const project = await temporaryDirectory();
    const { directory } = await openFolder(project);
    expect(directory).toBe(path.join(project, '.buildpacks-ci'));
    expect(await modeOf(directory)).toBe(0o700);
    expect(await readFile(path.join(directory, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is closed where the runner has unpacked a cache with umask 0', async () => {
    const project = await temporaryDirectory();
    await writeTree(project, { '.buildpacks-ci/cache/index': 'kept' });
    await chmod(path.join(project, '.buildpacks-ci'), 0o777);
    const { directory } = await openFolder(project);
    expect(await modeOf(directory)).toBe(0o700);
    expect(await readFile(path.join(directory, 'cache/index'), 'utf8')).toBe('kept');
  });

  it('loses the reports of another job, and what the staged mode hands over stays', async () => {
    const project = await temporaryDirectory();
    const reports = ['build.env', 'result.json', 'annotations.json', 'gl-sbom-a.cdx.json', 'sbom/launch/sbom.cdx.json'];
    const handedOver = ['prepare/plan.json', 'run/build.tar.zst'];
    const names = [...reports, ...handedOver].map((name) => [`.buildpacks-ci/${name}`, 'x'] as const);
    await writeTree(project, Object.fromEntries(names));
    const { directory } = await openFolder(project);
    expect((await readdir(directory)).toSorted()).toEqual(['.gitignore', 'prepare', 'run']);
  });

  it('loses links, by which a checkout would choose where we write', async () => {
    const [project, elsewhere] = [await temporaryDirectory(), await temporaryDirectory()];
    await mkdir(path.join(project, '.buildpacks-ci'));
    for (const name of ['cache', 'sbom', 'build.env']) {
      await writeFile(path.join(elsewhere, name), 'theirs');
      await symlink(path.join(elsewhere, name), path.join(project, '.buildpacks-ci', name));
    }
    const { directory } = await openFolder(project);
    expect(await readdir(directory)).toEqual(['.gitignore']);
    expect((await readdir(elsewhere)).toSorted()).toEqual(['build.env', 'cache', 'sbom']);
  });

  it.each(['a file', 'a link', 'a dangling link'])(
    'is refused where the repository has %s in its place',
    async (kind) => {
      const [project, elsewhere] = [await temporaryDirectory(), await temporaryDirectory()];
      const place = path.join(project, '.buildpacks-ci');
      if (kind === 'a file') await writeFile(place, '');
      else await symlink(kind === 'a link' ? elsewhere : path.join(elsewhere, 'gone'), place);
      await expect(openFolder(project)).rejects.toThrow('is no directory');
      expect(await readdir(elsewhere)).toEqual([]);
    },
  );

  it('can not be made where the project is not there', async () => {
    const opening = openFolder(path.join(await temporaryDirectory(), 'gone'));
    await expect(opening).rejects.toBeInstanceOf(InputError);
    await expect(opening).rejects.toThrow("can't be made");
  });
});

it('names the files as the component names them to GitLab', () => {
  const folder = folderOf('/builds/shop');
  expect(folder.dotenv).toBe('/builds/shop/.buildpacks-ci/build.env');
  expect(folder.bill('a')).toBe('/builds/shop/.buildpacks-ci/gl-sbom-a.cdx.json');
});

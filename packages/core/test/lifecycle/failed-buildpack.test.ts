import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { suspectBuildpacks } from '../../src/lifecycle/failed-buildpack.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const GROUP = ['org/first@1', 'org/second@2', 'org/third@3'];
const BUILD_BEGAN = Date.UTC(2026, 0, 1);

/** Makes folders of `/layers`, restored before the build began or made by it. */
async function layersWith(folders: Readonly<Record<string, 'restored' | 'made'>>): Promise<string> {
  const layers = await temporaryDirectory();
  for (const [name, when] of Object.entries(folders)) {
    const folder = path.join(layers, name);
    await mkdir(folder);
    const seconds = BUILD_BEGAN / 1000 + (when === 'made' ? 1 : -1);
    await utimes(folder, seconds, seconds);
  }
  return layers;
}

describe('the buildpack that failed', () => {
  it.each<[string, Readonly<Record<string, 'restored' | 'made'>>, readonly string[]]>([
    ['is the last with a folder', { org_first: 'made', org_second: 'made' }, ['org/second@2']],
    ['is the first when it alone has a folder', { org_first: 'made' }, ['org/first@1']],
    [
      'is none before one that wrote',
      { org_first: 'restored', org_second: 'made', org_third: 'restored' },
      GROUP.slice(1),
    ],
    ['is none without a folder', { org_first: 'restored', org_second: 'restored' }, GROUP.slice(0, 2)],
    ['is none after one without a folder', { org_first: 'made', org_third: 'made' }, ['org/first@1']],
    ['may be any when there are no folders', {}, GROUP],
    [
      'may be any when nothing was written',
      { org_first: 'restored', org_second: 'restored', org_third: 'restored' },
      GROUP,
    ],
  ])('%s', async (_, folders, expected) => {
    expect(await suspectBuildpacks({ layers: await layersWith(folders), group: GROUP, since: BUILD_BEGAN })).toEqual(
      expected,
    );
  });

  it('is not before one whose layer was changed inside a restored folder', async () => {
    const layers = await layersWith({ org_first: 'restored', org_second: 'restored' });
    await writeFile(path.join(layers, 'org_second', 'layer.toml'), '');
    await utimes(path.join(layers, 'org_second'), 0, 0);
    expect(await suspectBuildpacks({ layers, group: GROUP, since: BUILD_BEGAN })).toEqual(['org/second@2']);
  });

  it('is not found through links', async () => {
    const layers = await layersWith({ org_first: 'made' });
    await symlink('/', path.join(layers, 'org_second'));
    expect(await suspectBuildpacks({ layers, group: GROUP, since: BUILD_BEGAN })).toEqual(['org/first@1']);
  });
});

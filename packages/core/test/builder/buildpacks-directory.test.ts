import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuildpackModule } from '../../src/builder/buildpack-package.ts';
import { writeBuildpacksDirectory } from '../../src/builder/buildpacks-directory.ts';
import { inlineBuildpack } from '../../src/builder/inline-buildpack.ts';
import { builderOf } from './support/images.ts';
import { temporaryDirectory, treeOf } from './support/tree.ts';

function script(id: string, version: string): BuildpackModule {
  return inlineBuildpack({ id, version, api: '0.10', shell: '/bin/bash -e', script: 'echo "$HOME"' });
}

describe('the directory of buildpacks', () => {
  it("links to the builder's own and holds the added ones", async () => {
    const directory = path.join(await temporaryDirectory(), 'buildpacks');
    const added = [script('acme/x', '1.0.0'), script('samples/nodejs', '0.1.0')];
    await writeBuildpacksDirectory(directory, await builderOf(), added);
    expect(await treeOf(directory)).toMatchObject({
      'acme_x/1.0.0/bin/build': '755 #!/bin/bash -e\n\necho "$HOME"\n',
      'acme_x/1.0.0/bin/detect': '755 #!/bin/bash -e\n\nexit 0\n',
      'acme_x/1.0.0/buildpack.toml':
        '644 api = "0.10"\n\n[buildpack]\nid = "acme/x"\nversion = "1.0.0"\n\n[[stacks]]\nid = "*"\n',
      'samples_java/10.0.0': '-> /cnb/buildpacks/samples_java/10.0.0',
      'samples_nodejs/0.1.0': '755',
      'samples_procfile/1.0.0': '-> /cnb/buildpacks/samples_procfile/1.0.0',
    });
  });

  it('is not written for a composite whose members are missing', async () => {
    const directory = path.join(await temporaryDirectory(), 'buildpacks');
    const order = [
      {
        group: [
          { id: 'samples/nodejs', version: '0.1.0' },
          { id: 'acme/gone', version: '1' },
        ],
      },
    ];
    const written = writeBuildpacksDirectory(directory, await builderOf(), [{ ...script('acme/meta', '1'), order }]);
    await expect(written).rejects.toThrow('"acme/meta@1" is made of "acme/gone@1"');
  });

  it("is not written where a builder's label leads out of it", async () => {
    const directory = path.join(await temporaryDirectory(), 'buildpacks');
    const builder = await builderOf({ 'io.buildpacks.buildpack.layers': { '..': { '../../x': {} } } });
    await expect(writeBuildpacksDirectory(directory, builder, [])).rejects.toThrow('has a buildpack named');
  });
});

describe('an inline buildpack', () => {
  it.each([
    ['..', '1', '/bin/sh'],
    ['a', '../x', '/bin/sh'],
    ['a', '1', '/bin/sh\nrm -rf /'],
    ['a', '1', ' '],
  ])('is refused with id %j, version %j, shell %j', (id, version, shell) => {
    expect(() => inlineBuildpack({ id, version, api: '0.10', shell, script: '' })).toThrow(/can't be/);
  });
});

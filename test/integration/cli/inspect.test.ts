import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeAppImage } from '../../../packages/core/test/support/app-image.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { packLayout } from '../../../packages/core/src/layout/index.ts';
import { buildpacksCi } from './command-line.ts';

async function directoryWithImage(): Promise<string> {
  const directory = await temporaryDirectory();
  await writeAppImage(path.join(directory, 'image'));
  return directory;
}

describe('inspect', () => {
  test('tells about an image in a layout, on standard output alone', async () => {
    const directory = await directoryWithImage();
    const { status, stdout, stderr } = await buildpacksCi(['inspect', 'oci:image'], { directory });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Image +oci:image$/m);
    expect(stdout).toMatch(/^ +\d+ B {2}samples\/nodejs:modules {2}sha256:/m);
  });

  test('tells the same about an archive of it', async () => {
    const directory = await directoryWithImage();
    await packLayout(path.join(directory, 'image'), path.join(directory, 'image.tar'));
    const [one, other] = await Promise.all(
      ['oci:image', 'oci-archive:image.tar'].map((image) => buildpacksCi(['inspect', image, '--json'], { directory })),
    );
    const renamed = other?.stdout.replace('oci-archive:image.tar', 'oci:image');
    expect(renamed).toBe(one?.stdout);
    expect(JSON.parse(one?.stdout ?? '')).toMatchObject({ schemaVersion: 1, name: 'oci:image' });
  });

  test('writes the bills of materials', async () => {
    const directory = await directoryWithImage();
    await buildpacksCi(['inspect', 'oci:image', '--sbom-directory=sbom'], { directory });
    expect(await readdir(path.join(directory, 'sbom/launch/samples_nodejs'))).toEqual([
      'launch.toml.cdx.json',
      'modules',
    ]);
  });

  test('takes its image from the environment', async () => {
    const directory = await directoryWithImage();
    const environment = { BUILDPACKS_CI_IMAGE: 'oci:image' };
    expect((await buildpacksCi(['inspect'], { directory, environment })).status).toBe(0);
  });

  test('lets no label command the terminal', async () => {
    const directory = await temporaryDirectory();
    await writeAppImage(path.join(directory, 'image'), { labels: { evil: '\x1b[2J\x1b]0;x\x07\u009b2Jshown' } });
    const environment = { FORCE_COLOR: '1' };
    const [text, json] = await Promise.all([
      buildpacksCi(['inspect', 'oci:image'], { directory, environment }),
      buildpacksCi(['inspect', 'oci:image', '--json'], { directory, environment }),
    ]);
    expect(text.stdout).toContain('  evil=shown\n');
    expect(text.stdout + json.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('says of an image from elsewhere what it is not', async () => {
    const directory = await temporaryDirectory();
    await writeAppImage(path.join(directory, 'image'), { labels: { 'io.buildpacks.lifecycle.metadata': undefined } });
    const { status, stdout, stderr } = await buildpacksCi(['inspect', 'oci:image'], { directory });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: "oci:image" was not built with buildpacks/);
  });
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { command } from '../../bench/command.ts';
import { crane, makeRunImage, pushLayout } from '../../bench/images.ts';
import { startRegistry } from '../../bench/registry.ts';
import { ROOT } from '../../support/documents.ts';
import { requiresSkopeo } from '../../support/requires.ts';

const HEADING = '## On an instance without internet\n';
const NAME = 'buildpacks-ci/buildpacks-ci';
const ZEROS = /sha256:0{64}/;

/** The shell commands of the section. */
async function recipe(): Promise<string> {
  const page = await readFile(path.join(ROOT, 'image/README.md'), 'utf8');
  const [section = ''] = (page.split(HEADING)[1] ?? '').split('\n## ');
  return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands]) => commands).join('');
}

requiresSkopeo('the recipe of image/README.md', () => {
  test('brings the image into another registry, by the same digest and its full name', async () => {
    const [internet, intranet] = await Promise.all([startRegistry(), startRegistry()]);
    const directory = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-test-'));
    onTestFinished(async () => {
      await Promise.all([internet.stop(), intranet.stop(), rm(directory, { recursive: true, force: true })]);
    });
    // Any image of several platforms does.
    const { layout, digest } = await makeRunImage({ types: 'oci', index: true });
    await pushLayout(layout, `${internet.host}/${NAME}:1.2.0`);
    const settings = path.join(directory, '.config', 'containers', 'registries.conf');
    await mkdir(path.dirname(settings), { recursive: true });
    const outside = `[[registry]]\nprefix = "ghcr.io"\nlocation = "${internet.host}"\ninsecure = true\n`;
    const inside = `[[registry]]\nlocation = "${intranet.host}"\ninsecure = true\n`;
    await writeFile(settings, outside + inside);

    const commands = (await recipe()).replace(ZEROS, digest).replaceAll('registry.corp', intranet.host);
    await command('sh', ['-euc', commands], { directory, environment: { HOME: directory } });

    const target = `${intranet.host}/mirror/ghcr.io/${NAME}@${digest}`;
    expect(await crane(['validate', '--remote', target], target)).toContain('PASS');
  });
});

import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { renderImagesList } from '../../../scripts/release/images-list.ts';
import { objectOf, releasedObjects, writeBundle } from '../../../scripts/release/tekton-bundle.ts';
import { command } from '../../bench/command.ts';
import { crane } from '../../bench/images.ts';
import { pushLayout } from '../../bench/push.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { ROOT } from '../../support/documents.ts';
import { markdownBlocks } from '../../support/markdown-blocks.ts';
import { requiresSkopeo } from '../../support/requires.ts';

interface Workflow {
  readonly jobs: { readonly publish: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } };
}

const VERSION = '1.2.0';
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A registry, and a home in which skopeo is told that it speaks plain http, and has another name. */
async function insecureRegistry(): Promise<Registry & { readonly home: string }> {
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  const home = await temporaryDirectory();
  await mkdir(path.join(home, '.config/containers'), { recursive: true });
  const rules = [registry.host, 'vendor.example'].map(
    (name) => `[[registry]]\nprefix = "${name}"\nlocation = "${registry.host}"\ninsecure = true\n`,
  );
  await writeFile(path.join(home, '.config/containers/registries.conf'), rules.join(''));
  return { ...registry, home };
}

async function digestOf(reference: string): Promise<string> {
  return (await crane(['digest', reference], reference)).trim();
}

requiresSkopeo('with skopeo', () => {
  test('the release pushes the bundle with its digest, and then its tag', async () => {
    const workflow = parse(read('.github/workflows/release.yml')) as Workflow;
    const push = workflow.jobs.publish.steps.find(({ name }) => name === 'Push the bundle for Tekton')?.run ?? '';
    const registry = await insecureRegistry();
    const [directory, layout] = [await temporaryDirectory(), await temporaryDirectory()];
    const { digest } = await writeBundle(layout, releasedObjects(), VERSION);
    await command('tar', ['--create', '--file', 'tekton-bundle.tar', '--directory', layout, '.'], { directory });

    const repository = `${registry.host}/acme/tekton`;
    const given = { BUNDLE: repository, DIGEST: digest, GITHUB_REF_NAME: `v${VERSION}`, HOME: registry.home };
    await command('bash', ['-e', '-c', push], { directory, environment: given });

    expect(await digestOf(`${repository}:${VERSION}`)).toBe(digest);
    const puts = registry.requests().filter(({ method, path: url }) => method === 'PUT' && url.includes('/manifests/'));
    expect(puts.map(({ path: url }) => url.split('/').at(-1))).toEqual([digest, VERSION]);
  });

  test.each(['docs/tekton.md', 'docs/air-gap.md'])(
    'images of the list are copied below a prefix, as %s says',
    async (page) => {
      const registry = await insecureRegistry();
      const images = await Promise.all(
        ['tool-image', 'bundle'].map(async (name) => {
          const layout = await temporaryDirectory();
          const object = objectOf(`apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: ${name}\n`);
          const { digest } = await writeBundle(layout, [object], VERSION);
          await pushLayout(layout, `${registry.host}/${name}:${VERSION}`);
          return { repository: `vendor.example/${name}`, digest };
        }),
      );
      const [toolImage, tektonBundle] = images;
      if (toolImage === undefined || tektonBundle === undefined) throw new Error('two images were pushed');
      const directory = await temporaryDirectory();
      await writeFile(
        path.join(directory, 'images.yml'),
        renderImagesList({ version: VERSION, toolImage, tektonBundle }),
      );

      const block = markdownBlocks(read(page)).find(({ content }) => content.includes('images.yml |'));
      const script = (block?.content ?? '').replaceAll('registry.corp', registry.host);
      await command('bash', ['-e', '-c', script], { directory, environment: { HOME: registry.home } });

      const copies = images.map(({ repository, digest }) => `${registry.host}/mirror/${repository}@${digest}`);
      expect(await Promise.all(copies.map(digestOf))).toEqual(images.map(({ digest }) => digest));
    },
  );
});

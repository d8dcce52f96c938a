import { describe, expect, it } from 'vitest';
import { fileItem } from '../../src/archive/index.ts';
import { diffImages, type ImageDiff } from '../../src/inspect/diff.ts';
import { renderDiff } from '../../src/inspect/render-diff.ts';
import { layoutImage, openLayout } from '../../src/layout/index.ts';
import { type AppImageOptions, writeAppImage, writeRunImage } from '../support/app-image.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function target(name: string, options: AppImageOptions) {
  const directory = await temporaryDirectory();
  await writeAppImage(directory, options);
  return { name, image: await layoutImage(await openLayout(directory)) };
}

async function compare(before: AppImageOptions, after: AppImageOptions): Promise<ImageDiff> {
  return diffImages(await target('before', before), await target('after', after));
}

/** A bill of materials with these components, as `name@version`. */
function bill(...components: readonly string[]): AppImageOptions {
  const listed = components.map((each) => {
    const [name = '', version = ''] = each.split('@');
    return { type: 'library', name, version, purl: `pkg:npm/${name}@${version}?x=1` };
  });
  const text = JSON.stringify({ components: listed });
  return { sbom: [fileItem('/layers/sbom/launch/samples_nodejs/modules/sbom.cdx.json', text)] };
}

describe('the differences of two images', () => {
  it('are none of an image with itself', async () => {
    const { facts, buildpacks, processes, layers, labels, environment, components } = await compare({}, {});
    expect([facts, buildpacks, processes, layers, labels, environment, components]).toEqual([
      ...Array<readonly []>(6).fill([]),
      { state: 'compared', changes: [] },
    ]);
  });

  it('are those of labels', async () => {
    const { labels } = await compare({ labels: { a: '1', b: '1' } }, { labels: { b: '2', c: '1' } });
    expect(labels).toEqual([
      { kind: 'removed', name: 'a', before: '1' },
      { kind: 'changed', name: 'b', before: '1', after: '2' },
      { kind: 'added', name: 'c', after: '1' },
    ]);
  });

  it('are those of buildpacks and processes', async () => {
    const build = (version: string, command: string) => ({
      'io.buildpacks.build.metadata': JSON.stringify({
        buildpacks: [{ id: 'samples/nodejs', version }],
        processes: [{ type: 'web', command: [command], args: ['x'], direct: true }],
      }),
    });
    const { buildpacks, processes } = await compare({ labels: build('1', 'old') }, { labels: build('2', 'new') });
    expect([buildpacks, processes]).toEqual([
      [{ kind: 'changed', name: 'samples/nodejs', before: '1', after: '2' }],
      [{ kind: 'changed', name: 'web', before: 'old x (default)', after: 'new x (default)' }],
    ]);
  });

  it('are those of layers, by owner', async () => {
    const { layers } = await compare(bill('a@1'), bill('a@2'));
    expect(layers).toMatchObject([{ owner: 'SBOM', removed: { count: 1 }, added: { count: 1 } }]);
  });

  it('are those of components, several versions of one together', async () => {
    const { components } = await compare(bill('a@1', 'b@1', 'c@1'), bill('a@1', 'a@2', 'b@2', 'd@1'));
    expect(components).toEqual({
      state: 'compared',
      changes: [
        { kind: 'changed', name: 'pkg:npm/a', before: '1', after: '1, 2' },
        { kind: 'changed', name: 'pkg:npm/b', before: '1', after: '2' },
        { kind: 'removed', name: 'pkg:npm/c', before: '1' },
        { kind: 'added', name: 'pkg:npm/d', after: '1' },
      ],
    });
  });

  it('are those of the packages below them', async () => {
    const system = (version: string): AppImageOptions => ({
      baseSbom: [fileItem('/cnb/sbom/1.syft.json', JSON.stringify({ artifacts: [{ name: 'openssl', version }] }))],
    });
    expect((await compare(system('1'), system('2'))).packages).toEqual({
      state: 'compared',
      changes: [{ kind: 'changed', name: 'openssl', before: '1', after: '2' }],
    });
  });

  it('are also those of two run images', async () => {
    const runImage = async (version: string) => {
      const directory = await temporaryDirectory();
      const labels = { 'io.paketo.stack.packages': JSON.stringify([{ name: 'openssl', version }]), v: version };
      await writeRunImage(directory, { labels });
      return { name: version, image: await layoutImage(await openLayout(directory)) };
    };
    const { labels, packages } = await diffImages(await runImage('1'), await runImage('2'));
    expect(labels).toEqual([{ kind: 'changed', name: 'v', before: '1', after: '2' }]);
    expect(packages).toMatchObject({ changes: [{ kind: 'changed', name: 'openssl', before: '1', after: '2' }] });
  });

  it('say so where there is no bill of materials', async () => {
    const metadata = { 'io.buildpacks.lifecycle.metadata': JSON.stringify({ app: [], buildpacks: [], runImage: {} }) };
    const { components } = await compare({}, { labels: metadata });
    expect(components).toEqual({ state: 'unknown', reason: 'the second image has no bill of materials' });
  });
});

it.each([
  ['of one not built with buildpacks', undefined, 'was not built with buildpacks'],
  ['of one with a damaged label', '[', 'is not a JSON object'],
])('%s are an error that names it', async (_, label, message) => {
  const labels = { 'io.buildpacks.lifecycle.metadata': label };
  await expect(compare({}, { labels })).rejects.toThrow(new RegExp(`"after".*${message}`));
});

it('are shown one a line, harmless', async () => {
  const lines = renderDiff(await compare({ labels: { a: '1' } }, { labels: { a: '\u001b[2J2', b: 'x\ny' } }));
  expect(lines.slice(-3)).toEqual(['Labels', '  ~ a  1 → 2', String.raw`  + b  x\ny`]);
});

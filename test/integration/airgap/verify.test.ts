import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyOffline } from '../../../packages/core/src/airgap/index.ts';
import { writeTar, fileItem } from '../../../packages/core/src/archive/index.ts';
import { parse } from '../../../packages/core/test/inputs/support.ts';
import type { RawInputs } from '../../../packages/core/src/inputs/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { corePorts } from '../../e2e/support/ports.ts';
import { startForTest } from '../registry/client.ts';
import { type BuilderParts, descriptionOf, fetching, orderOf, pushBuilder, pushPackage } from './builders.ts';
import { pushImage } from './fixture.ts';
import { shelfOf } from './setup.ts';

const BUILDER: BuilderParts = {
  buildpacks: {
    'a/java': orderOf(['a/jdk'], ['a/maven', 'a/deep']),
    'a/jdk': fetching('jdk.example'),
    'a/maven': fetching('maven.example'),
    'a/deep': orderOf(['a/procfile']),
    'a/procfile': fetching('procfile.example'),
    'a/spare': fetching('spare.example'),
  },
  order: orderOf(['a/java']),
};

/** A registry with a builder, and a working directory. */
async function world(parts = BUILDER) {
  const registry = await startForTest();
  const shelf = shelfOf(registry);
  const repository = (name: string) => ({ registry: registry.host, path: name });
  const workingDirectory = await temporaryDirectory();
  await pushImage(shelf, repository('run'), {}, '1');
  const runImages = [{ image: `${registry.host}/run:1` }];
  await pushBuilder(shelf, repository('builder'), { ...parts, runImages }, '1');
  const verify = (raw: RawInputs) => {
    const inputs = { builder: `${registry.host}/builder:1`, offline: 'true', 'offline-hosts': '127.0.0.1', ...raw };
    const build = parse(inputs, { workingDirectory });
    return verifyOffline(
      { build, connection: build.connection },
      corePorts({ clock: { now: () => 0, sleep: () => Promise.resolve() } }),
    );
  };
  const hosts = async (raw: RawInputs) =>
    (await verify(raw)).needs.map(({ host }) => host.replace('.example', '')).sort();
  return { registry, shelf, repository, workingDirectory, verify, hosts };
}

describe('verify', () => {
  it.each<[string, RawInputs, readonly string[]]>([
    ['the builder’s order, through composite buildpacks', {}, ['jdk', 'maven', 'procfile']],
    ['the buildpacks that take its place', { buildpacks: 'a/spare' }, ['spare']],
    ['a composite one in its place', { buildpacks: 'a/deep\na/spare' }, ['procfile', 'spare']],
    ['what goes before and behind', { 'post-buildpacks': 'a/spare' }, ['jdk', 'maven', 'procfile', 'spare']],
  ])('lists what is fetched by %s', async (_what, raw, expected) => {
    const { hosts } = await world();
    expect(await hosts(raw)).toEqual(expected);
  });

  it('reads no layers of other buildpacks', async () => {
    const { registry, hosts } = await world();
    registry.forget();
    await hosts({ buildpacks: 'a/spare' });
    const blobs = registry
      .requests()
      .filter(({ method, path: asked }) => method === 'GET' && asked.includes('/blobs/'));
    // Builder and its one layer, and nothing of the run image.
    expect(blobs).toHaveLength(2);
  });

  it('looks at buildpacks that are directories, archives and images', async () => {
    const { registry, shelf, repository, workingDirectory, hosts } = await world();
    await mkdir(path.join(workingDirectory, 'own'));
    await writeFile(path.join(workingDirectory, 'own/buildpack.toml'), descriptionOf('b/own', fetching('own.example')));
    const text = Buffer.from(descriptionOf('b/packed', fetching('packed.example')));
    await writeFile(
      path.join(workingDirectory, 'packed.tar'),
      writeTar([fileItem('buildpack.toml', text, { mode: 0o644 })]),
    );
    const inPackage = {
      'b/all': orderOf(['b/part']),
      'b/part': fetching('part.example'),
      'b/rest': fetching('rest.example'),
    };
    await pushPackage(shelf, repository('package'), inPackage, '1');
    const buildpacks = `./own\n./packed.tar\ndocker://${registry.host}/package:1`;
    expect(await hosts({ buildpacks })).toEqual(['own', 'packed', 'part']);
  });

  it('leaves out what a directory brings along', async () => {
    const { workingDirectory, hosts } = await world();
    await mkdir(path.join(workingDirectory, 'own/dependencies'), { recursive: true });
    await writeFile(path.join(workingDirectory, 'own/buildpack.toml'), descriptionOf('b/own', fetching('own.example')));
    await writeFile(path.join(workingDirectory, 'own/dependencies', `${'a'.repeat(64)}.toml`), '');
    expect(await hosts({ buildpacks: './own' })).toEqual([]);
  });

  it('names a buildpack from the web, and trims nothing when it can not look at it', async () => {
    const { verify } = await world();
    const url = `https://127.0.0.2:1/bp.tgz`;
    const { needs, unread } = await verify({ 'pre-buildpacks': `${url}#sha256:${'1'.repeat(64)}` });
    expect(needs[0]).toEqual({ kind: 'archive', uri: url, host: '127.0.0.2' });
    expect(needs.slice(1).map(({ host }) => host)).toContain('spare.example');
    expect(unread).toEqual([{ name: url, reason: expect.any(String) as string }]);
  });

  it.each([
    ['needs images of which no endpoint is within reach', '', ['builder of 127.0.0.1', 'run-image of 127.0.0.1']],
    ['is content with a mirror within reach', 'localhost:1', []],
  ])('%s', async (_what, mirror, images) => {
    const { registry, verify } = await world();
    const mirrors = mirror === '' ? '' : `${registry.host}=${mirror}`;
    const hosts = mirror === '' ? '127.0.0.3' : 'localhost';
    const { needs } = await verify({ 'offline-hosts': hosts, 'registry-mirrors': mirrors });
    expect(needs.flatMap((need) => (need.kind === 'image' ? [`${need.role} of ${need.host}`] : []))).toEqual(images);
  });
});

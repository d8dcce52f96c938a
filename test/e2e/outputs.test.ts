import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { asRecord, parseJson } from '../../packages/core/src/json/json.ts';
import { parseToml } from '../../packages/core/src/toml/parse-toml.ts';
import { command } from '../bench/command.ts';
import { crane } from '../bench/images.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';
import { violations } from '../contract/json-schema.ts';
import { requiresDocker, requiresEngine, requiresSkopeo } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];

let world: World;
beforeAll(async () => {
  world = await startWorld({ buildpacks: ['nodejs', 'procfile'] });
});
afterAll(() => world.stop());

requiresEngine('one build with everything that can be had of it', () => {
  let directory: string;
  let result: BuildResult;
  let image: string;
  const inside = (name: string) => path.join(directory, name);

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'e2e-outputs-'));
    image = world.image('all');
    const places = ['--output', `oci:${inside('layout')}`, '--output', `oci-archive:${inside('image.tar')}`];
    const reports = ['--sbom-directory', inside('sbom'), '--report-directory', inside('report')];
    result = await build([image, '--builder', world.builder, '--path', 'samples/apps/nodejs', ...places, ...reports]);
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is the same image everywhere', async () => {
    expect(result.outputs.map(({ kind }) => kind).sort()).toEqual(['oci', 'oci-archive', 'registry']);
    expect(await world.digest(image)).toBe(result.digest);
    const copy = world.image('copy');
    await crane(['push', inside('layout'), copy], copy);
    expect(await world.digest(copy)).toBe(result.digest);
  });

  requiresSkopeo('read by skopeo', () => {
    it.each(['oci:layout', 'oci-archive:image.tar'])('from %s, base layers included', async (place) => {
      const source = `${place.replace(':', `:${directory}/`)}:1`;
      expect(asRecord(parseJson(await command('skopeo', ['inspect', source])))?.['Digest']).toBe(result.digest);
      await command('skopeo', [
        'copy',
        '--insecure-policy',
        '--quiet',
        source,
        `dir:${inside(`copy-of-${path.basename(source)}`)}`,
      ]);
    });
  });

  it('is told in result.json, by its schema', async () => {
    const schema = asRecord(parseJson(await readFile('docs/result.schema.json'))) ?? {};
    const written = parseJson(await readFile(inside('report/result.json')));
    expect(violations(schema, written)).toEqual([]);
    expect(written).toEqual(result);
  });

  it('is told in report.toml, as the lifecycle would have written it after a push', async () => {
    const report = parseToml(await readFile(inside('report/report.toml'), 'utf8'));
    const manifest = await crane(['manifest', image], image);
    expect(report).toMatchObject({
      value: { image: { tags: [image], digest: result.digest, 'manifest-size': Buffer.byteLength(manifest) } },
    });
  });

  it('comes with its bills of materials', async () => {
    const node = inside('sbom/launch/samples_nodejs/node/sbom.cdx.json');
    expect(result.sbom.files).toContain(node);
    for (const file of result.sbom.files) expect(parseJson(await readFile(file))).toBeDefined();
    expect(parseJson(await readFile(node))).toMatchObject({ bomFormat: 'CycloneDX' });
  });
});

requiresEngine('names', () => {
  let other: Registry;
  beforeAll(async () => {
    other = await startRegistry();
  });
  afterAll(() => other.stop());

  it('of several tags, repositories and registries all have the image; each tag moves when it is there', async () => {
    const references = [world.image('many', '1.0'), world.image('many', 'latest'), world.image('mirror', 'x')];
    const tags = ['1.0', 'latest', world.image('mirror', 'x'), `${other.host}/many:2`].flatMap((tag) => [
      '--tags',
      tag,
    ]);
    world.registry.forget();
    const result = await build([world.image('many').replace(/:1$/, ''), '--builder', world.builder, ...APP, ...tags]);
    const written = new Map([world.registry, other].map((registry) => [registry, manifestsWritten(registry)]));
    expect(result.tags).toEqual([...references, `${other.host}/many:2`]);
    for (const reference of result.tags) {
      expect((await crane(['digest', reference], reference)).trim()).toBe(result.digest);
    }
    const { digest } = result;
    expect(written.get(world.registry)).toEqual([
      `many/${digest}`,
      `mirror/${digest}`,
      'many/1.0',
      'many/latest',
      'mirror/x',
    ]);
    expect(written.get(other)).toEqual([`many/${digest}`, 'many/2']);
  });

  it('with capitals are lower-cased, which is told', async () => {
    const name = `${world.registry.host}/Team/Shop:Main`;
    const { status, stderr } = await cli(['build', name, '--builder', world.builder, ...APP]);
    expect(status).toBe(0);
    expect(stderr).toContain(
      `/Team/Shop" has capitals, which no registry accepts; "${world.registry.host}/team/shop" is used`,
    );
    expect(await world.digest(`${world.registry.host}/team/shop:Main`)).toMatch(/^sha256:/);
  });
});

requiresEngine('a build that publishes nothing', () => {
  it('writes nothing to the registry', async () => {
    world.registry.forget();
    const result = await build([world.image('unpublished'), '--builder', world.builder, ...APP, '--publish=false']);
    expect(result).toMatchObject({ tags: [], outputs: [], digest: expect.stringMatching(/^sha256:/) as string });
    expect(result).not.toHaveProperty('image');
    expect(world.registry.requests().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
  });

  it('needs no name when it writes to disk, and replaces the image of an earlier build', async () => {
    const output = path.join(await temporaryDirectory('outputs'), 'deep/layout');
    const args = ['--builder', world.builder, ...APP, '--output', `oci:${output}`];
    await build(args);
    const { digest } = await build([...args, '--env', 'CHANGED=1', '--default-process', 'once']);
    expect(parseJson(await readFile(path.join(output, 'index.json')))).toMatchObject({ manifests: [{ digest }] });
  });
});

requiresDocker('loading into docker', () => {
  it('makes the image ready to run under each name', async () => {
    const name = `bench.invalid/${randomUUID()}`;
    onTestFinished(async () => {
      await command('docker', ['image', 'rm', '--force', `${name}:a`, `${name}:b`]);
    });
    const tags = ['--tags', 'a', '--tags', 'b'];
    await build([name, '--builder', world.builder, ...APP, ...tags, '--publish=false', '--load']);
    for (const tag of ['a', 'b']) {
      const args = ['run', '--rm', '--network', 'none', '--entrypoint', '/cnb/process/once', `${name}:${tag}`];
      expect(await command('docker', args)).toContain('Hello from Cloud Native Buildpacks');
    }
  });
});

/** The manifests that were written, in their order: `repository/reference`. */
function manifestsWritten(registry: Registry): readonly string[] {
  return registry
    .requests()
    .filter(({ method, path: url }) => method === 'PUT' && url.includes('/manifests/'))
    .map(({ path: url }) => url.replace('/v2/', '').replace('manifests/', ''));
}

import { describe, expect, it } from 'vitest';
import { resolveRunImage } from '../../src/build/prepare/run-image.ts';
import type { Builder } from '../../src/builder/metadata.ts';
import { BuildpacksError } from '../../src/errors/index.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { SILENT_LOG } from '../../src/ports/index.ts';
import { type FakeRegistry, reply, startFakeRegistry } from '../registry/fake-registry.ts';
import { setup } from '../registry/setup.ts';

const LINUX = { os: 'linux', architecture: 'amd64' };

/** A builder of which only the run images matter. */
function builderWith(registry: FakeRegistry, [image = '', ...mirrors]: readonly string[]): Builder {
  const at = (name: string) => `${registry.host}/${name}`;
  return {
    name: 'builder',
    platform: LINUX,
    lifecycle: { version: '0.21.0', platformApis: [], buildpackApis: [] },
    user: { uid: 1001, gid: 1000 },
    order: [],
    buildpacks: [],
    system: { pre: [], post: [] },
    runImages: [{ image: at(image), mirrors: mirrors.map(at) }],
  };
}

/** A registry with an image `present`, an index without our platform `foreign`, a forbidden repository and one that is in trouble. */
async function startRegistry(): Promise<FakeRegistry> {
  const registry = await startFakeRegistry((exchange) => {
    if (exchange.line.includes('/denied/')) return reply(exchange, 403);
    return exchange.line.includes('/broken/') && reply(exchange, 503);
  });
  const config = { ...LINUX, rootfs: { type: 'layers', diff_ids: [] }, config: {} };
  const described = { ...registry.addBlob(JSON.stringify(config)), mediaType: MEDIA_TYPE.ociConfig };
  const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config: described, layers: [] };
  add(registry, 'present', MEDIA_TYPE.ociManifest, manifest);
  add(registry, 'foreign', MEDIA_TYPE.ociIndex, { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [] });
  return registry;
}

function add(registry: FakeRegistry, name: string, mediaType: string, content: object): void {
  registry.manifests.set(`${name}:1`, { mediaType, bytes: Buffer.from(JSON.stringify(content)) });
}

async function resolve(names: readonly string[]) {
  const registry = await startRegistry();
  const { client } = setup();
  const builder = builderWith(registry, names);
  const run = resolveRunImage(builder, { platform: LINUX }, client, SILENT_LOG);
  return { registry, run };
}

describe('the run image', () => {
  it.each([
    ['that can be read', ['present:1']],
    ['behind one that does not exist', ['missing:1', 'present:1']],
    ['behind one that is forbidden', ['denied/run:1', 'present:1']],
    ['behind one whose registry is in trouble', ['broken/run:1', 'present:1']],
  ])('is the first %s', async (_, names) => {
    const { registry, run } = await resolve(names);
    expect((await run).planned.name).toBe(`${registry.host}/present:1`);
  });

  it('is asked for once, and no mirror behind it is', async () => {
    const { registry, run } = await resolve(['present:1', 'denied/run:1']);
    await run;
    expect(registry.lines()).toEqual(['GET /v2/present/manifests/1', expect.stringMatching('GET /v2/present/blobs/')]);
  });

  it('is not another one when it lacks the platform', async () => {
    const { run } = await resolve(['foreign:1', 'present:1']);
    await expect(run).rejects.toThrow(/linux\/amd64/);
  });

  it.each([
    ['one name', ['missing:1']],
    ['all names', ['missing:1', 'gone:1']],
  ])('that nobody has is told with %s, and not as one that wants a login', async (_what, names) => {
    const { registry, run } = await resolve(names);
    const said = names.map((name) => `"${registry.host}/${name}" does not exist on ${registry.host}`).join('; ');
    await expect(run).rejects.toMatchObject({
      code: 'input',
      message: `run-image: no run image can be read: ${said}`,
      hint: expect.stringContaining('Check the name and the tag') as string,
    });
  });

  it.each([
    ['denied', ['missing:1', 'denied/run:1']],
    ['temporary', ['denied/run:1', 'broken/run:1']],
  ])('that nobody can read is %s, with all that was tried', async (code, names) => {
    const { run } = await resolve(names);
    const error = await run.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BuildpacksError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(`/${names[1] ?? ''}`) as string });
  });
});

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_PLATFORM } from '../../../packages/core/src/airgap/content/platform-choice.ts';
import { dependenciesOfLock } from '../../../packages/core/src/airgap/dependencies/lock-buildpacks.ts';
import { openSession } from '../../../packages/core/src/build/session.ts';
import { parseLock } from '../../../packages/core/src/lock/parse-lock.ts';
import { corePorts, NO_CONNECTION } from '../../e2e/support/ports.ts';
import { fetching, pushPackage } from './builders.ts';
import { pushImage } from './fixture.ts';
import { image, lockWorld } from './lock-world.ts';

describe('lock for several builders', () => {
  it('has what each of them needs, and what they share once', async () => {
    const { lock, names, warnings } = await world();
    await lock({ builder: 'java' }, 'keep', { builders: ['node', 'java'] });
    expect(await names()).toEqual(['copy:1', 'java:1', 'node:1', 'run-java:1', 'run:1']);
    expect(warnings.filter((line) => line.includes('gone:1 is not in the lock'))).toHaveLength(1);
  });

  it('has the same bytes in whatever order they are named', async () => {
    const { lock, text } = await world();
    await lock({ builder: 'java' }, 'update', { builders: ['node'] });
    const first = await text();
    expect(await lock({ builder: 'node' }, 'update', { builders: ['java'] })).toEqual([]);
    expect(await text()).toBe(first);
  });

  it('keeps the builder that is there when one is added, whatever has become of its tag', async () => {
    const { lock, names, push, locked } = await world();
    await lock({ builder: 'java' });
    const before = await locked('java');
    await push({ lifecycle: '0.21.18' }, 'java');
    const changes = await lock({ builder: 'node' });
    expect(new Set(changes?.map(({ kind }) => kind))).toEqual(new Set(['added']));
    expect(await names()).toEqual(['copy:1', 'java:1', 'node:1', 'run-java:1', 'run:1']);
    expect(await locked('java')).toEqual(before);
  });

  it('lets go with --update what the inputs do not name, and says so', async () => {
    const { lock, names } = await world();
    await lock({ builder: 'java' }, 'keep', { builders: ['node'] });
    expect(await lock({ builder: 'node' }, 'check')).toMatchObject([{ kind: 'removed' }, { kind: 'removed' }]);
    expect(await lock({ builder: 'node' }, 'update')).toMatchObject([{ kind: 'removed' }, { kind: 'removed' }]);
    expect(await names()).toEqual(['copy:1', 'node:1', 'run:1']);
  });

  it('means all that are there when nobody names one', async () => {
    const { lock, push, registry } = await world();
    await lock({ builder: 'java' }, 'keep', { builders: ['node'] });
    expect(await lock({ builder: '' }, 'check')).toEqual([]);
    await push({ runImages: [{ image: image(registry.host, 'run') }] }, 'java');
    expect(await lock({ builder: '' })).toEqual([]);
    const moved = [{ kind: 'moved' }, { kind: 'removed' }];
    expect(await lock({ builder: '' }, 'check')).toMatchObject(moved);
    expect(await lock({ builder: '' }, 'update')).toMatchObject(moved);
  });

  it('means the builder of project.toml before those that are there', async () => {
    const { lock, names, registry, workingDirectory } = await world();
    await lock({ builder: 'java' });
    const toml = `[_]\nschema-version = "0.2"\n[io.buildpacks]\nbuilder = "${image(registry.host, 'node')}"\n`;
    await writeFile(path.join(workingDirectory, 'project.toml'), toml);
    await lock({ builder: '' }, 'update');
    expect(await names()).toEqual(['copy:1', 'node:1', 'run:1']);
  });

  it('takes the run image of the inputs for all', async () => {
    const { lock, names, registry } = await world();
    const runImage = image(registry.host, 'run-java');
    await lock({ builder: 'java', 'run-image': runImage }, 'keep', { builders: ['node'] });
    expect(await names()).toEqual(['java:1', 'node:1', 'run-java:1']);
  });

  it('takes a buildpack that one of them lacks', async () => {
    const { lock, names, push, registry, repository, shelf } = await world();
    await push({ buildpacks: { 'team/extra': '' }, runImages: [{ image: image(registry.host, 'run') }] }, 'java');
    await pushPackage(shelf, repository('team/extra'), { 'team/extra': '' }, '1');
    const buildpacks = [image(registry.host, 'team/extra')];
    await lock({ builder: 'java', buildpacks }, 'keep', { builders: ['node'] });
    expect(await names()).toContain('team/extra:1');
  });

  it('has what the buildpacks of each fetch on its own stack, and other buildpacks on all', async () => {
    const { lock, text, push, registry, repository, shelf } = await world();
    const runImages = [{ image: image(registry.host, 'run') }];
    for (const [name, stack] of Object.entries({ java: 'jammy', node: 'noble' })) {
      await push({ stack, runImages, buildpacks: { [`a/${name}`]: onStack(`${name}.example`, stack) } }, name);
    }
    await pushPackage(shelf, repository('extra'), { 'a/extra': onStack('extra.example', 'noble') }, '1');
    await lock({ builder: 'java', buildpacks: [image(registry.host, 'extra')] }, 'keep', { builders: ['node'] });
    const session = openSession(corePorts(), NO_CONNECTION, []);
    const ports = { ...session.ports, registry: session.registry };
    const found = await dependenciesOfLock(parseLock(Buffer.from(await text()), ''), EVERY_PLATFORM, ports);
    expect(found.map(({ uri }) => new URL(uri).hostname).sort()).toEqual([
      'extra.example',
      'java.example',
      'node.example',
    ]);
  });

  it('names the builder whose run image can not be read', async () => {
    const { lock, push, registry } = await world();
    await push({ runImages: [{ image: image(registry.host, 'gone') }] }, 'node');
    await expect(lock({ builder: 'java' }, 'keep', { builders: ['node'] })).rejects.toThrow(
      `no run image of "${image(registry.host, 'node')}" can be read; tried ${image(registry.host, 'gone')}`,
    );
  });

  it('keeps a copy of the run image that is gone until --update, and says so', async () => {
    const { lock, names, warnings, shelf, repository, copy } = await world();
    await lock({ builder: 'node' });
    await shelf.client.deleteManifest(repository('copy'), copy.digest);
    expect(await lock({ builder: 'node' })).toEqual([]);
    expect(warnings.join('\n')).toContain("copy:1 can't be read, and stays in the lock: it does not exist");
    await lock({ builder: 'node' }, 'update');
    expect(await names()).toEqual(['node:1', 'run:1']);
  });
});

function onStack(host: string, stack: string): string {
  return `${fetching(host)}stacks = ["${stack}"]\n`;
}

/** Two builders: `java` with the run image `run-java`, `node` with `run` and its mirrors `copy` and `gone`, which is; `java` has that mirror, too. */
async function world() {
  const all = await lockWorld();
  const { registry, shelf, repository, push, runImage } = all;
  const [java, node, copyOf, gone] = ['run-java', 'run', 'copy', 'gone'].map((name) => image(registry.host, name));
  await push({ runImages: [{ image: java ?? '', mirrors: [gone ?? ''] }] }, 'java');
  await push({ runImages: [{ image: node ?? '', mirrors: [copyOf ?? '', gone ?? ''] }] }, 'node');
  await runImage('run-java');
  await runImage('run');
  const copy = await pushImage(shelf, repository('copy'), {}, '1');
  const lock = (...[raw = {}, ...more]: Parameters<typeof all.lock>) => {
    const { builder } = raw;
    const named = typeof builder === 'string' && builder !== '' ? image(registry.host, builder) : '';
    return all.lock({ ...raw, builder: named }, ...more);
  };
  const locked = async (name: string) => {
    const { images } = JSON.parse(await all.text()) as { images: { name: string }[] };
    return images.find((each) => each.name === image(registry.host, name));
  };
  return { ...all, lock, locked, copy };
}

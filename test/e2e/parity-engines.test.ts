import { chown, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker, requiresRoot } from '../support/requires.ts';
import { buildTwice, type Digests, packTwice } from './support/both.ts';
import type { CliOptions } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const LABEL_DATA = path.resolve('test/buildpacks/label-data');
const ORDER = [[{ id: 'test/large-layer' }, { id: 'test/env-probe' }, { id: 'samples/procfile' }]];
const NOBODY = 65534;

requiresDocker('the digest is that of pack build --publish, wherever the lifecycle runs', () => {
  let world: World;
  let common: readonly string[];
  let expected: Digests;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'env-probe', 'large-layer'], builder: { order: ORDER } });
    const variables = ['--env', 'BP_LARGE_LAYER_MB=1', '--env', 'LINES=first\nsecond'];
    common = ['--builder', world.builder, '--path', 'samples/apps/procfile', '--gid', '0', ...variables];
    expected = await packTwice(world, [...common, '--pre-buildpack', LABEL_DATA]);
  });
  afterAll(() => world.stop());

  const digests = (engine: string, options?: CliOptions) =>
    buildTwice(world, [...common, '--pre-buildpacks', LABEL_DATA, '--engine', engine], options);

  it('engine auto', async () => {
    expect(await digests('auto')).toEqual(expected);
  });

  it.each(['000', '077'])('engine container, umask %s', async (umask) => {
    expect(await digests('container', { launcher: underUmask(umask) })).toEqual(expected);
  });

  requiresRoot('for root', () => {
    it.each(['022', '077'])('engine rootfs, umask %s', async (umask) => {
      expect(await digests('rootfs', { launcher: underUmask(umask) })).toEqual(expected);
    });

    it('engine container on a machine that does not see our files', async () => {
      const launcher = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs tmpfs "$TMPDIR"; exec "$@"', 'sh'];
      const environment = { TMPDIR: await temporaryDirectory('hidden') };
      expect(await digests('container', { launcher, environment })).toEqual(expected);
    });

    it('engine container, for a user who may use it but is not root', async () => {
      const home = await temporaryDirectory('nobody');
      await chown(home, NOBODY, NOBODY);
      const { gid } = await stat('/var/run/docker.sock');
      const ids = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--groups', String(gid)];
      const environment = { HOME: home, TMPDIR: home };
      expect(await digests('container', { launcher: ['setpriv', ...ids], environment })).toEqual(expected);
    });
  });
});

function underUmask(umask: string): readonly string[] {
  return ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
}

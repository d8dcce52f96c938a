import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requiresNetwork, requiresOwnEngine } from '../support/requires.ts';
import { cli } from './support/cli.ts';
import { type ClosedSite, RUN_IMAGE, startClosedSite } from './support/closed-site.ts';
import { CLOSED_WAYS, environmentOf } from './support/closed-ways.ts';
import { startWorld, type World } from './support/world.ts';

const APP = path.resolve(import.meta.dirname, '../../samples/apps/procfile');

requiresNetwork('in a network without a way out', () => {
  requiresOwnEngine('to which all came as parts of a bundle', () => {
    let world: World;
    let site: ClosedSite | undefined;
    const here = () => site ?? expect.unreachable('there is no site');

    beforeAll(async () => {
      world = await startWorld({
        buildpacks: ['shell', 'procfile'],
        builder: { order: [[{ id: 'test/shell' }, { id: 'samples/procfile' }]], runImage: RUN_IMAGE },
      });
      site = await startClosedSite(world, APP);
      // The bench's runner and kubelet are in the network, too.
      vi.stubEnv('DOCKER_HOST', site.engine);
      vi.stubEnv('DOCKER_CONFIG', site.dockerConfig);
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await site?.stop();
      await world.stop();
    });

    it('needs nothing more, says verify', async () => {
      const { network, builder, registriesConf, project } = here();
      const before = await network.refusals();
      const args = ['--builder', builder, '--path=app', '--registries-conf', registriesConf];
      const options = { launcher: network.launcher, directory: project, environment: environmentOf(here()) };
      const { status, stdout, stderr } = await cli(['verify', '--locked', '--offline', ...args], options);
      expect(status, stdout + stderr).toBe(0);
      expect(await network.refusals()).toBe(before);
    });

    describe.each(CLOSED_WAYS)('%s', (name, build, isSeen) => {
      const image = name.toLowerCase().replaceAll(' ', '-');

      it('makes the image of the open world, and tries to reach nobody', async () => {
        const { network, registry, door, connected } = here();
        const before = await network.refusals();
        const [all, inside] = [registry.connections(), door.connections()];
        expect(await build(here(), { image: `closed/${image}`, isClosed: true })).toBe('');
        expect(await network.refusals()).toBe(before);
        // Who asks the registry from beside the network does not come by the door.
        expect(door.connections()).toBeGreaterThan(inside);
        expect(door.connections() - inside).toBe(registry.connections() - all);
        expect(await here().digest(`closed/${image}`)).toBe(connected);
      });

      if (!isSeen) return;
      it('is seen when it tries', async () => {
        const before = await here().network.refusals();
        expect(await build(here(), { image: `curious/${image}`, isClosed: false })).toBe('');
        expect(await here().network.refusals()).toBeGreaterThan(before);
      });
    });
  });
});

import { readFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { makeNetworkNamespace, type NetworkNamespace } from '../bench/network-namespace.ts';
import { requiresDocker, requiresNetwork } from '../support/requires.ts';
import { extractAppFiles } from './support/app-files.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = path.resolve(import.meta.dirname, '../../samples/apps/procfile');
/** The registry of builders in the open network; here nobody has that name. */
const OUTSIDE = 'builders.example';

requiresNetwork('in a network where only one registry is', () => {
  let world: World;
  let network: NetworkNamespace;
  /** The registry as the inside sees it. */
  let closed: string;
  let door: Server;

  beforeAll(async () => {
    world = await startWorld({
      buildpacks: ['network-probe', 'procfile'],
      builder: {
        order: [[{ id: 'test/network-probe' }, { id: 'samples/procfile' }]],
        runImage: `${OUTSIDE}/run:1`,
      },
    });
    network = await makeNetworkNamespace();
    const [host = '', port] = world.registry.host.split(':');
    door = createServer((client) => {
      const inner = connect(Number(port), host);
      pipeline(client, inner, client, () => undefined);
    }).listen(0, network.gateway);
    await once(door, 'listening');
    const address = door.address();
    const open = typeof address === 'object' && address !== null ? address.port : 0;
    await network.allow(open);
    closed = `${network.gateway}:${open}`;
  });
  afterAll(async () => {
    await network.stop();
    door.close();
    await world.stop();
  });

  /** The inputs of a build; `mirror` is where the images are. */
  const inputs = (mirror: string) => [
    ...['--builder', `${OUTSIDE}/builder:1`, '--path', APP],
    ...['--registry-mirrors', `${OUTSIDE}=${mirror}`, '--insecure-registries', mirror],
  ];
  const inside = (...args: readonly string[]) => cli(['build', ...args], { launcher: network.launcher });
  const probe = (...addresses: readonly string[]) => ['--env', `BP_PROBE_ADDRESSES=${addresses.join(' ')}`];

  const hermetic = (engine: string) => {
    it('a hermetic build tries to reach nobody else, and gives the digest of the open network', async () => {
      const addresses = probe(closed, '192.0.2.1:80', 'deps.example:443');
      const image = `apps/hermetic-${engine}:1`;
      const args = ['--engine', engine, '--network', 'none', ...addresses];
      const open = world.registry.host;
      const connected = await build([`${open}/${image}`, ...inputs(open), ...args]);
      const before = await network.refusals();
      const { status, stdout, stderr } = await inside(
        `${closed}/${image}`,
        '--json',
        ...inputs(closed),
        ...args,
        '--offline',
      );
      expect(status, stderr).toBe(0);
      const result = JSON.parse(stdout) as BuildResult;
      expect(await network.refusals()).toBe(before);
      expect([result.digest, result.hermetic, result.engine]).toEqual([
        connected.digest,
        true,
        expect.stringMatching(engine === 'container' ? /docker|podman/ : /rootfs/),
      ]);
      const report = await extractAppFiles(
        `${open}/${image}`,
        '/layers/test_network-probe/report',
        world.registry.access,
      );
      expect(await readFile(path.join(report, 'interfaces.txt'), 'utf8')).toBe('lo\n');
      expect(await readFile(path.join(report, 'addresses.txt'), 'utf8')).not.toMatch(/ reachable/);
    });
  };
  describe('rootfs', () => {
    hermetic('rootfs');
  });
  requiresDocker('container', () => {
    hermetic('container');
  });

  it('a build that has the network is not called hermetic, and its buildpacks reach what there is', async () => {
    const image = 'apps/networked:1';
    const args = ['--engine', 'rootfs', '--offline', ...probe(closed)];
    const { status, stdout, stderr } = await inside(`${closed}/${image}`, '--json', ...inputs(closed), ...args);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveProperty('hermetic');
    const name = `${world.registry.host}/${image}`;
    const report = await extractAppFiles(name, '/layers/test_network-probe/report', world.registry.access);
    expect(await readFile(path.join(report, 'addresses.txt'), 'utf8')).toBe(`${closed} reachable\n`);
  });

  it.each<[string, (mirror: string) => readonly string[], readonly string[]]>([
    [
      'a builder without a mirror',
      (registry) => ['--builder', `${OUTSIDE}/builder:1`, '--path', APP, '--insecure-registries', registry],
      [`"${OUTSIDE}/builder:1" may not be pulled`, `${OUTSIDE}=HOST[/PATH] in registry-mirrors`],
    ],
    [
      'a run image without a mirror',
      (registry) => [...inputs(registry), '--run-image', 'runs.example/run:1'],
      ['"runs.example/run:1" may not be pulled', 'runs.example=HOST[/PATH] in registry-mirrors'],
    ],
    [
      'a buildpack on the web',
      (registry) => [...inputs(registry), '--pre-buildpacks', `https://files.example/bp.tgz#sha256:${'1'.repeat(64)}`],
      ['can\'t fetch "https://files.example/bp.tgz"', 'name it in offline-hosts'],
    ],
  ])('%s is refused by its name, and nobody is asked for it', async (_, args, messages) => {
    const before = await network.refusals();
    const { status, stderr } = await inside(
      `${closed}/apps/refused:1`,
      ...args(closed),
      '--engine',
      'rootfs',
      '--offline',
    );
    expect(status, stderr).toBe(112);
    for (const message of messages) expect(stderr).toContain(message);
    expect(await network.refusals()).toBe(before);
  });

  it('a previous image elsewhere is done without, and nobody is asked for it', async () => {
    const before = await network.refusals();
    const args = ['--previous-image', 'elsewhere.example/app:1', '--engine', 'rootfs', '--offline', ...probe(closed)];
    const { status, stderr } = await inside(`${closed}/apps/first:1`, ...inputs(closed), ...args);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/warning: no layer of the previous image .*elsewhere\.example is none of them/);
    expect(await network.refusals()).toBe(before);
  });

  it('each stage on its own goes where the first was told', async () => {
    const before = await network.refusals();
    const directory = path.join(await temporaryDirectory('stages'), 'build');
    const image = 'apps/stages:1';
    const stage = async (name: string, ...args: readonly string[]) => {
      const common = ['--build-directory', directory, '--offline', '--insecure-registries', closed];
      const options = { launcher: network.launcher };
      const { status, stderr } = await cli([name, ...common, ...args], options);
      expect(status, stderr).toBe(0);
    };
    await stage(
      'prepare',
      `${closed}/${image}`,
      ...inputs(closed),
      '--engine',
      'rootfs',
      '--allow-builder-tag',
      ...probe(closed),
    );
    const mirrors = ['--registry-mirrors', `${OUTSIDE}=${closed}`];
    await stage('run', ...mirrors);
    await stage('publish', ...mirrors);
    expect(await world.digest(`${world.registry.host}/${image}`)).toMatch(/^sha256:/);
    expect(await network.refusals()).toBe(before);
  });

  it('the same build without offline is what the firewall sees', async () => {
    const before = await network.refusals();
    const args = ['--builder', `${OUTSIDE}/builder:1`, '--path', APP, '--insecure-registries', closed];
    const { status } = await inside(`${closed}/apps/refused:1`, ...args, '--engine', 'rootfs');
    expect(status).toBe(111);
    expect(await network.refusals()).toBeGreaterThan(before);
  });
});

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Authority, makeAuthority } from '../../bench/certificates.ts';
import { startClosedEngine } from '../../bench/closed-engine.ts';
import { type ClosedNetwork, type Door, makeClosedNetwork } from '../../bench/closed-network.ts';
import { crane, pushLayout } from '../../bench/push.ts';
import { makeRunImage } from '../../bench/run-image.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { toolImage } from '../../bench/tool-image.ts';
import { build, cli } from './cli.ts';
import { writeLogin } from './docker-config.ts';
import type { World } from './world.ts';

/** The registries of the open world, by names that nobody has in the closed one. */
const BUILDERS = 'builders.example';
const TOOLS = 'tools.example';
/** Of the builder. */
export const RUN_IMAGE = `${BUILDERS}/run:1`;
const USER = { user: 'gitlab-ci-token', password: 'registry-password' };

/**
 * A site that nothing leads out of: one registry with a name, a private authority and a password, and an engine. All that is in it came as
 * one bundle in parts.
 */
export interface ClosedSite {
  readonly network: ClosedNetwork;
  /** By which the registry is reached from inside; the machine can go past it. */
  readonly door: Door;
  /** For `DOCKER_HOST`: the engine in the network. */
  readonly engine: string;
  readonly registry: Registry & { readonly user: string; readonly password: string };
  readonly authority: Authority;
  /** By digest, in the names of the open world. */
  readonly builder: string;
  readonly toolImage: string;
  /** What is put before these names, for nodes and runners. */
  readonly prefix: string;
  /** What has been written for clients without prefixes. */
  readonly registriesConf: string;
  /** A checkout with the app in `app`, and the lock. */
  readonly project: string;
  /** `DOCKER_CONFIG` for the registry. */
  readonly dockerConfig: string;
  /** Of the app's image as it was built in the open world. */
  readonly connected: string;
  /** Of an image on the registry. */
  digest(repository: string): Promise<string>;
  stop(): Promise<void>;
}

/** Builds in the open world, and carries what that took into a closed one. Needs root. */
export async function startClosedSite(world: World, app: string): Promise<ClosedSite> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'e2e-closed-'));
  const stops = [() => rm(scratch, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const project = path.join(scratch, 'project');
    await cp(app, path.join(project, 'app'), { recursive: true });
    const open = await carryOut(world, project, scratch);
    const authority = await makeAuthority(path.join(scratch, 'ca'));
    const auth = { kind: 'basic', users: { [USER.user]: USER.password } } as const;
    const registry = { ...(await startRegistry({ name: 'registry.corp', tls: authority, auth })), ...USER };
    stops.push(() => registry.stop());
    const network = await makeClosedNetwork({ [registry.host]: registry.address ?? '' });
    stops.push(() => network.stop());
    const door = await network.letIn(443, registry.address);
    const engine = await startClosedEngine(network, authority.certificateFile);
    stops.push(() => engine.stop());
    const dockerConfig = await writeLogin(path.join(scratch, 'docker'), registry.host, `${USER.user}:${USER.password}`);
    const mirror = `${registry.host}/mirror`;
    const registriesConf = path.join(scratch, 'mirrors.conf');
    await run(
      ['load', `${open.bundle}.part-0001`, `--to=${mirror}`, `--mirror-config=${registriesConf}`, '--offline'],
      { environment: { DOCKER_CONFIG: dockerConfig, SSL_CERT_FILE: authority.certificateFile } },
      network.launcher,
    );
    // What the tag of the run image names now is another one than the lock does.
    const { layout } = await makeRunImage({ edition: '2' });
    await pushLayout(layout, `${registry.backDoor}/mirror/${RUN_IMAGE}`, registry.access);
    const digest = async (repository: string) => {
      const reference = `${registry.backDoor}/${repository}`;
      return (await crane(['digest', reference], reference, registry.access)).trim();
    };
    const images = { builder: open.builder, toolImage: open.toolImage, connected: open.connected };
    const places = { prefix: `${mirror}/`, registriesConf, project, dockerConfig };
    return { network, door, engine: engine.host, registry, authority, ...images, ...places, digest, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the open world tells of its build. */
interface Carried {
  readonly connected: string;
  readonly builder: string;
  readonly toolImage: string;
  /** The name of the parts. */
  readonly bundle: string;
}

async function carryOut(world: World, project: string, scratch: string): Promise<Carried> {
  const { host } = world.registry;
  const { layout } = await toolImage();
  await pushLayout(layout, `${host}/buildpacks-ci:1`, world.registry.access);
  const builder = `${BUILDERS}/builder@${await world.digest(world.builder)}`;
  const tools = `${TOOLS}/buildpacks-ci@${await world.digest(`${host}/buildpacks-ci:1`)}`;
  const names = path.join(scratch, 'names.conf');
  const tables = [BUILDERS, TOOLS].map((name) => `[[registry]]\nprefix = "${name}"\nlocation = "${host}"\n`);
  await writeFile(names, tables.join(''));
  const inputs = ['--builder', builder, '--path=app', '--registries-conf', names];
  const { digest: connected } = await build([`${host}/app:1`, ...inputs], { directory: project });
  await run(['lock', ...inputs, `--tool-image=${tools}`], { directory: project });
  const made = path.join(scratch, 'made', 'bundle.tar');
  await run(['bundle', `--output=${made}`, '--part-size=30MB', '--registries-conf', names], { directory: project });
  // On a disk, say.
  await cp(path.dirname(made), path.join(scratch, 'carried'), { recursive: true });
  await rm(path.dirname(made), { recursive: true });
  return { connected, builder, toolImage: tools, bundle: path.join(scratch, 'carried', 'bundle.tar') };
}

async function run(args: readonly string[], options: Parameters<typeof cli>[1], launcher: readonly string[] = []) {
  const { status, stderr } = await cli(args, { ...options, launcher });
  if (status !== 0) throw new Error(`buildpacks-ci ${args.join(' ')} ended with ${String(status)}:\n${stderr}`);
}

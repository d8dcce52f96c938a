import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { makeAuthority } from '../../bench/certificates.ts';
import { buildpackDirectory, makeBuilder, makeRunImage, pushLayout } from '../../bench/images.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { TOOL_IMAGE } from '../../../packages/core/src/index.ts';
import { type Machine, makeMachine, runAt } from './guide-machine.ts';

const BUILDER = 'corp/builder:1';
const SECOND_BUILDER = 'corp/builder-node:1';
const RUN_IMAGE = 'corp/run:1';

/** Where commands of docs/air-gap.md are typed: their first line says it. */
export type Side = 'outside' | 'inside';

/** The two networks that docs/air-gap.md tells of, with one user in each, who keeps the home from command to command. */
export interface AirGapWorld {
  /** What one side learns of the digest of a bundle by telephone: `$DIGEST` there. */
  tell(digest: string): void;
  /** Gives the lines that were printed, and the exit status where it is not 0. */
  run(side: Side, commands: string): Promise<readonly string[]>;
  /** The builder's tag becomes another image. */
  moveBuilder(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * - outside: Docker Hub with `corp/builder:1`, `corp/builder-node:1` and the run image of both, `corp/run:1`, and our own image on ghcr.io
 * - inside: `registry.corp`, whose authority is in `corporate-root.pem`; nobody knows a host of outside
 * - `app`: an app, in both homes; `/mnt`: the medium that is carried
 * - `signer.pem` and `signer-public.pem`: a key outside, and its public half inside
 *
 * Needs root.
 */
export async function startAirGapWorld(): Promise<AirGapWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'e2e-air-gap-page-'));
  const cleanups = [() => rm(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const tls = await makeAuthority(path.join(directory, 'authority'), 'Corporate Root');
    const start = async (name: string): Promise<Registry> => {
      const registry = await startRegistry({ name, tls });
      cleanups.push(() => registry.stop());
      return registry;
    };
    const [hub, github, closed] = [
      await start('registry-1.docker.io'),
      await start('ghcr.io'),
      await start('registry.corp'),
    ];
    await pushBuilder(hub, BUILDER, '1');
    await pushBuilder(hub, SECOND_BUILDER, 'node');
    await pushLayout((await makeRunImage()).layout, `${hub.backDoor}/${RUN_IMAGE}`, hub.access);
    // Nobody looks into it here.
    const tool = TOOL_IMAGE.replace('ghcr.io', github.backDoor);
    await pushLayout((await makeRunImage({ edition: 'tool' })).layout, tool, github.access);

    const medium = path.join(directory, 'medium');
    await mkdir(medium);
    const homes = await makeHomes(directory);
    await writeFile(path.join(homes.inside, 'corporate-root.pem'), tls.certificate);
    const machine = (side: Side, hosts: Readonly<Record<string, string>>) =>
      makeMachine(path.join(directory, `machine-${side}`), { localhost: '127.0.0.1', ...hosts }, { '/mnt': medium });
    const [hubAddress, githubAddress] = [hub.address ?? '', github.address ?? ''];
    const machines: Readonly<Record<Side, Machine>> = {
      outside: await machine('outside', { 'registry-1.docker.io': hubAddress, 'ghcr.io': githubAddress }),
      inside: await machine('inside', { 'registry.corp': closed.address ?? '' }),
    };
    let digest = '';
    const environments = (): Readonly<Record<Side, Readonly<Record<string, string>>>> => ({
      outside: { SSL_CERT_FILE: tls.certificateFile },
      inside: { DIGEST: digest, BUILDPACKS_CI_CA_CERTIFICATES: 'corporate-root.pem' },
    });
    return {
      tell: (told) => (digest = told),
      run: (side, commands) =>
        runAt(machines[side], { home: homes[side], commands, files: [], environment: environments()[side] }),
      moveBuilder: () => pushBuilder(hub, BUILDER, '2'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function pushBuilder({ backDoor, access }: Registry, name: string, edition: string): Promise<void> {
  const { layout } = await makeBuilder({
    buildpacks: [await buildpackDirectory('procfile')],
    order: [[{ id: 'samples/procfile' }]],
    runImage: `docker.io/${RUN_IMAGE}`,
    labels: { edition },
  });
  await pushLayout(layout, `${backDoor}/${name}`, access);
}

/** With the app and the keys. */
async function makeHomes(directory: string): Promise<Readonly<Record<Side, string>>> {
  const homes = { outside: path.join(directory, 'outside'), inside: path.join(directory, 'inside') };
  for (const home of Object.values(homes)) {
    await cp(path.resolve('samples/apps/procfile'), path.join(home, 'app'), { recursive: true });
  }
  await makeSigner(homes);
  return homes;
}

async function makeSigner(homes: Readonly<Record<Side, string>>): Promise<void> {
  const key = path.join(homes.outside, 'signer.pem');
  await command('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key]);
  await command('openssl', ['pkey', '-in', key, '-pubout', '-out', path.join(homes.inside, 'signer-public.pem')]);
}

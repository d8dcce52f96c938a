/**
 * Compares builds by our command line with `pack build --publish`: same builder, app, registry and minutes (docs/benchmarks.md).
 *
 * Usage: npm run bench -- [--json FILE] [--app NAME] [--rounds N]
 */
import { statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../bench/command.ts';
import { setUp } from '../bench/setup.ts';
import { program } from '../bench/tools.ts';
import { type Contender, ownContender, packContender } from './contender.ts';
import { runProgram, say } from './program.ts';
import { runRound, type Sample } from './rounds.ts';
import { makeRows, renderRows, type Row } from './rows.ts';
import { type App, APPS, startWorld, type World } from './world.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCKER_SOCKET = '/var/run/docker.sock';
/** Somebody who is not root; like on hosted runners, the build's files are then copied into the container. */
const USER = 12_345;
/** How often everything is built, unless `--rounds` says so: as often as the time allows. */
const ROUNDS: Readonly<Record<App['name'], number>> = { 'small app': 3, '100 MB layer': 2 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, app: { type: 'string' }, rounds: { type: 'string' } },
  });
  await requireDocker();
  await setUp('all');
  const apps = APPS.filter(({ name }) => values.app === undefined || name === values.app);
  const world = await startWorld();
  try {
    const ours = await ownContenders(world);
    const peer = packContender(await program('pack'), path.join(world.scratch, 'pack-home'));
    const samples = await measure(world, apps, [...ours, peer], Number(values.rounds ?? Number.NaN));
    const names = ours.map(({ name }) => name);
    await report(makeRows(samples, names, peer.name), values.json);
  } finally {
    await world.stop();
  }
}

async function requireDocker(): Promise<void> {
  await command('docker', ['version']).catch((error: unknown) => {
    throw new Error('The benchmark compares with pack, which needs docker, and "docker version" fails here', {
      cause: error,
    });
  });
}

/** The ways of ours that this user can go. */
async function ownContenders({ scratch }: World): Promise<readonly Contender[]> {
  await command(process.execPath, [path.join(ROOT, 'scripts/build.ts'), scratch]);
  const caches = path.join(scratch, 'caches');
  await mkdir(caches, { mode: 0o777 });
  await command('chmod', ['0777', caches]);
  const shared = { program: path.join(scratch, 'packages/cli/dist/buildpacks-ci.cjs'), caches };
  if (process.getuid?.() !== 0) return [ownContender({ name: 'container', engine: 'container', ...shared })];
  const user = { uid: USER, gid: statSync(DOCKER_SOCKET, { throwIfNoEntry: false })?.gid ?? 0 };
  return [
    ownContender({ name: 'container, as root', engine: 'container', ...shared }),
    ownContender({ name: 'container, as a user', engine: 'container', user, ...shared }),
    ownContender({ name: 'rootfs', engine: 'rootfs', ...shared }),
  ];
}

async function measure(
  world: World,
  apps: readonly App[],
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly Sample[]> {
  const [first] = apps;
  if (first !== undefined) {
    say('A round that is not counted: it pulls the builder, and fills the caches of the system');
    await runRound(world, first, contenders, 0);
  }
  const samples: Sample[] = [];
  for (const app of apps) {
    const count = Number.isNaN(rounds) ? ROUNDS[app.name] : rounds;
    for (let round = 1; round <= count; round++) {
      say(`${app.name}: round ${round} of ${count}`);
      samples.push(...(await runRound(world, app, contenders, round)));
    }
  }
  return samples;
}

async function report(rows: readonly Row[], file: string | undefined): Promise<void> {
  process.stdout.write(renderRows(rows));
  if (file !== undefined) await writeFile(file, `${JSON.stringify(rows, undefined, 2)}\n`);
}

await runProgram(main);

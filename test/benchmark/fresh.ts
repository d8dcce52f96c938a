/**
 * Compares the GitHub action on a fresh runner, with GitHub's cache, with `pack build --publish` on a machine in the same state
 * (docs/benchmarks.md).
 *
 * Usage: npm run bench:fresh -- [--json FILE] [--app NAME] [--rounds N]
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../bench/cache.ts';
import { command } from '../bench/command.ts';
import { setUp } from '../bench/setup.ts';
import { freshApps } from './fresh/apps.ts';
import { actionContender, peerContender } from './fresh/contenders.ts';
import { type FreshSample, measureApp } from './fresh/rounds.ts';
import { makeFreshRows, renderFreshRows } from './fresh/rows.ts';
import { measureStart } from './fresh/start.ts';
import { forgetAll, type FreshWorld, startFreshWorld } from './fresh/world.ts';
import { runProgram, say } from './program.ts';
import { median } from './statistics.ts';

const ROUNDS = 2;
/** How often the action is only started. */
const STARTS = 15;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, app: { type: 'string' }, rounds: { type: 'string' } },
  });
  await setUp('all');
  const world = await startFreshWorld();
  try {
    const bundles = await world.folder('bundles');
    await command(process.execPath, [path.join(ROOT, 'scripts/build.ts'), bundles]);
    const action = path.join(bundles, 'packages/github-action/dist/index.cjs');
    const start = await medianStart(world, action);
    const samples = await measureApps(world, action, { name: values.app, rounds: Number(values.rounds ?? ROUNDS) });
    const rows = makeFreshRows(samples);
    process.stdout.write(
      `${renderFreshRows(rows)}\nThe action's first line comes ${Math.round(start)} ms after Node's start.\n`,
    );
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ rows, start }, undefined, 2)}\n`);
  } finally {
    await forgetAll(world.registry.host);
    await world.stop();
  }
}

async function medianStart(world: FreshWorld, action: string): Promise<number> {
  const workspace = await world.folder('workspace');
  const times: number[] = [];
  for (let count = 0; count < STARTS; count++) times.push(await measureStart(action, workspace));
  return median(times);
}

async function measureApps(
  world: FreshWorld,
  action: string,
  wanted: { readonly name: string | undefined; readonly rounds: number },
): Promise<readonly FreshSample[]> {
  await command('docker', ['pull', '--quiet', world.builder]);
  const contenders = [actionContender(world, action), await peerContender(world)];
  const samples: FreshSample[] = [];
  for (const app of freshApps(world.npm)) {
    if (wanted.name !== undefined && app.name !== wanted.name) continue;
    say(`${app.name}: ${wanted.rounds} rounds`);
    samples.push(...(await measureApp(world, app, contenders, wanted.rounds)));
  }
  return samples;
}

await runProgram(main);

/**
 * Compares how long an image like a builder takes from a registry to a folder in which it could be run: our client and unpacker,
 * `docker pull`, skopeo with umoci, crane with tar (docs/benchmarks.md).
 *
 * Usage: npm run bench:pull -- [--json FILE] [--rounds N]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeBundle } from '../../scripts/bundle.ts';
import { runProgram, say } from './program.ts';
import { pullContenders } from './pull/contenders.ts';
import { forgetRemoved, type PullSample, runPullRound, startPullRegistry, warmUp } from './pull/rounds.ts';
import { makePullRows, renderPullRows } from './pull/rows.ts';

const ROUNDS = 3;
/** For large files, and not where tests remove folders all the time (`forgetRemoved`). */
const PLACE = '/var/tmp';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'string' }, rounds: { type: 'string' } } });
  const scratch = await mkdtemp(path.join(PLACE, 'benchmark-pull-'));
  try {
    const rows = makePullRows(await measure(Number(values.rounds ?? ROUNDS), scratch));
    process.stdout.write(renderPullRows(rows));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function measure(rounds: number, scratch: string): Promise<readonly PullSample[]> {
  const contenders = await pullContenders(await bundleOwn(scratch));
  await forgetRemoved();
  say('Making the image, and filling a registry with it');
  const registry = await startPullRegistry();
  const samples: PullSample[] = [];
  try {
    say('Pulls that are not counted');
    await warmUp(registry, contenders[0], scratch);
    for (let number = 0; number < rounds; number++) {
      say(`Round ${number + 1} of ${rounds}, at a load of ${loadavg()[0]?.toFixed(1) ?? '?'}`);
      samples.push(...(await runPullRound(registry, contenders, number, scratch)));
    }
  } finally {
    await registry.stop();
  }
  return samples;
}

/** Ours is measured as it would be shipped: one file. */
async function bundleOwn(folder: string): Promise<string> {
  const bundle = { entry: 'test/benchmark/pull/own-program.ts', file: 'own-program.cjs' };
  const file = path.join(folder, bundle.file);
  await writeFile(file, (await makeBundle(bundle)).get(bundle.file) ?? '');
  return file;
}

await runProgram(main);

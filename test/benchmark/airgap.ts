/**
 * Compares `bundle` and `load` with `skopeo copy --all` of the same images, from a registry to files and from these to another one
 * (docs/benchmarks.md).
 *
 * Usage: npm run bench:airgap -- [--json FILE] [--rounds N] [--link NAME]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../bench/cache.ts';
import { command } from '../bench/command.ts';
import { measureLarge, measureSince } from './airgap/alone.ts';
import { ownContender, SKOPEO } from './airgap/contenders.ts';
import { carriedImages } from './airgap/images.ts';
import { type AirgapSample, type LinkName, LINKS, runAirgapRound, startSource } from './airgap/rounds.ts';
import { makeAirgapRows, renderAirgapRows } from './airgap/rows.ts';
import { runProgram, say } from './program.ts';

const ROUNDS = 3;
/** For large files. */
const PLACE = '/var/tmp';

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { json: text, rounds: text, link: text } });
  const scratch = await mkdtemp(path.join(PLACE, 'benchmark-airgap-'));
  try {
    await command(process.execPath, [path.join(ROOT, 'scripts/build.ts'), scratch]);
    const program = path.join(scratch, 'packages/cli/dist/buildpacks-ci.cjs');
    const samples: AirgapSample[] = [];
    for (const link of linksOf(values.link))
      samples.push(...(await measureLink(link, program, Number(values.rounds ?? ROUNDS))));
    const rows = makeAirgapRows(samples);
    const alone = [...(await inFolder(measureSince, program)), ...(await inFolder(measureLarge, program))];
    process.stdout.write(renderAirgapRows(rows, alone));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ rows, alone }, undefined, 2)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function linksOf(wanted: string | undefined): readonly LinkName[] {
  const all = Object.keys(LINKS) as LinkName[];
  const links = all.filter((name) => wanted === undefined || name === wanted);
  if (links.length === 0) throw new Error(`"${wanted ?? ''}" is none of: ${all.join('; ')}`);
  return links;
}

/** One round that is not counted fills the caches of the system; who begins changes from round to round. */
async function measureLink(link: LinkName, program: string, rounds: number): Promise<readonly AirgapSample[]> {
  const contenders = [ownContender(program, 'directory'), SKOPEO, ownContender(program, 'tar')];
  const images = await carriedImages();
  const samples: AirgapSample[] = [];
  for (let number = 0; number <= rounds; number++) {
    say(`${link}: ${number === 0 ? 'a round that is not counted' : `round ${number} of ${rounds}`}`);
    const first = number % contenders.length;
    const order = [...contenders.slice(first), ...contenders.slice(0, first)];
    const round = await inFolder(async (_, folder) => {
      const source = await startSource(link, images, folder);
      try {
        return await runAirgapRound({ link, source, contenders: order, folder });
      } finally {
        await source.registry.stop();
      }
    }, program);
    if (number > 0) samples.push(...round);
  }
  return samples;
}

async function inFolder<T>(work: (program: string, folder: string) => Promise<T>, program: string): Promise<T> {
  const folder = await mkdtemp(path.join(PLACE, 'benchmark-airgap-'));
  try {
    return await work(program, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await runProgram(main);

/**
 * Compares how long many images take to get on a newer run image: our command, and the lifecycle's rebaser in a loop
 * (docs/operations.md). A registry beside us is asked by nothing between while time is measured; requests are counted in
 * a round of their own.
 *
 * Usage: npm run bench:rebase -- [--json FILE] [--images N] [--rounds N] [--scenario 1|2|3]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { COMMAND_LINE, makeBundle } from '../../scripts/bundle.ts';
import { command } from '../bench/command.ts';
import { crane } from '../bench/images.ts';
import { tool } from '../bench/tools.ts';
import { measureProcess } from './measured-process.ts';
import { runProgram, say } from './program.ts';
import { type RebaseWorld, type Scenario, startRebaseWorld } from './rebase/world.ts';
import { childProcessorSeconds } from './processor-time.ts';
import { median, rounded } from './statistics.ts';
import { renderTable } from './table.ts';

const IMAGES = 100;
const ROUNDS = 3;
const SCENARIOS: readonly Scenario[] = [
  { runImage: 'same registry', delay: 0 },
  { runImage: 'same registry', delay: 30 },
  { runImage: 'another registry', delay: 0 },
];

interface Row extends Scenario {
  readonly contender: string;
  readonly images: number;
  /** The median of all rounds, as the next. */
  readonly seconds: number;
  /** Of processors, that the contender's own processes took. */
  readonly processorSeconds: number;
  readonly requests: number;
  /** What the registries sent and got, in megabytes. */
  readonly megabytes: number;
}

interface Contender {
  readonly name: string;
  readonly rebase: (images: readonly string[], world: RebaseWorld) => Promise<unknown>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      images: { type: 'string' },
      rounds: { type: 'string' },
      scenario: { type: 'string' },
    },
  });
  const scratch = await mkdtemp(path.join(tmpdir(), 'benchmark-rebase-'));
  const rows: Row[] = [];
  try {
    const contenders = [await ours(scratch), await theirs(scratch)];
    const chosen = SCENARIOS.filter(
      (_, index) => values.scenario === undefined || values.scenario === String(index + 1),
    );
    const size = { images: Number(values.images ?? IMAGES), rounds: Number(values.rounds ?? ROUNDS) };
    for (const scenario of chosen) rows.push(...(await measure(contenders, scenario, size)));
    process.stdout.write(render(rows));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Size {
  readonly images: number;
  readonly rounds: number;
}

async function measure(
  contenders: readonly Contender[],
  scenario: Scenario,
  { images, rounds }: Size,
): Promise<readonly Row[]> {
  say(`${images} images, their run image on ${scenario.runImage}, which waits ${scenario.delay} ms`);
  const timed = await runRounds(contenders, { ...scenario, counted: scenario.delay > 0 }, { images, rounds });
  const counted =
    scenario.delay > 0 ? timed : await runRounds(contenders, { ...scenario, counted: true }, { images, rounds: 1 });
  return contenders.map(({ name }, index) => {
    const times = timed.map((round) => round[index]).filter((each) => each !== undefined);
    return {
      contender: name,
      ...scenario,
      images,
      seconds: rounded(median(times.map(({ seconds }) => seconds))),
      processorSeconds: rounded(median(times.map(({ processorSeconds }) => processorSeconds))),
      requests: counted[0]?.[index]?.requests ?? 0,
      megabytes: counted[0]?.[index]?.megabytes ?? 0,
    };
  });
}

type Measured = Pick<Row, 'seconds' | 'processorSeconds' | 'requests' | 'megabytes'>;

/** What each contender took in each round. */
async function runRounds(
  contenders: readonly Contender[],
  scenario: Scenario & { readonly counted: boolean },
  { images, rounds }: Size,
): Promise<readonly (readonly Measured[])[]> {
  const names = contenders.map(({ name }) => name);
  const world = await startRebaseWorld(images, scenario, names);
  const measured: Measured[][] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await world.renewRunImage();
      const row: Measured[] = [];
      for (const { name, rebase } of contenders) {
        row.push(await measureWork(world, () => rebase(world.images(name), world)));
        say(`${name}: ${row.at(-1)?.seconds ?? 0} s`);
      }
      await requireSame(world, names);
      measured.push(row);
    }
    return measured;
  } finally {
    await world.stop();
  }
}

/** Time and traffic of some work. */
async function measureWork({ apps, runs }: RebaseWorld, work: () => Promise<unknown>): Promise<Measured> {
  const registries = [...new Set([apps, runs])];
  for (const registry of registries) registry.forget();
  const [start, processor] = [performance.now(), await childProcessorSeconds()];
  await work();
  const seconds = rounded((performance.now() - start) / 1000);
  const processorSeconds = rounded((await childProcessorSeconds()) - processor);
  const requests = registries.flatMap((registry) => registry.requests());
  const bytes = requests.reduce((sum, { uploaded, downloaded }) => sum + uploaded + downloaded, 0);
  return { seconds, processorSeconds, requests: requests.length, megabytes: rounded(bytes / 1e6) };
}

/** The program as it is shipped, started once. */
async function ours(scratch: string): Promise<Contender> {
  const program = path.join(scratch, 'buildpacks-ci.cjs');
  await writeFile(program, (await makeBundle(COMMAND_LINE)).get(COMMAND_LINE.file) ?? '');
  return {
    name: 'buildpacks-ci',
    rebase: (images, { runImages }) =>
      measureProcess(process.execPath, [program, 'rebase', `--run-images=${runImages}`, ...images]),
  };
}

/** The lifecycle's program, started for each image. */
async function theirs(scratch: string): Promise<Contender> {
  const { directory } = await tool('lifecycle');
  const ids = ['-uid', String(process.getuid?.() ?? 0), '-gid', String(process.getgid?.() ?? 0)];
  const args = [...ids, '-report', path.join(scratch, 'report.toml')];
  const environment = { CNB_PLATFORM_API: '0.15', HOME: scratch };
  return {
    name: 'lifecycle',
    rebase: async (images) => {
      for (const image of images) await command(path.join(directory, 'rebaser'), [...args, image], { environment });
    },
  };
}

/** Neither is faster by doing something else; own layers differ, so that what is compared is the run image in the result. */
async function requireSame(world: RebaseWorld, contenders: readonly string[]): Promise<void> {
  const counts = new Set<string>();
  for (const contender of contenders) {
    for (const image of world.images(contender)) {
      const { layers } = JSON.parse(await crane(['manifest', image], image)) as { layers: { digest: string }[] };
      counts.add(
        layers
          .slice(0, -1)
          .map(({ digest }) => digest)
          .join(' '),
      );
    }
  }
  if (counts.size !== 1) throw new Error('the contenders have made different images');
}

function render(rows: readonly Row[]): string {
  const titles = ['', 'run image on', 'a request waits', 'images', 'seconds', 'processor seconds', 'requests', 'MB'];
  const cells = rows.map(({ contender, runImage, delay, images, ...row }) => {
    const figures = [images, row.seconds, row.processorSeconds, row.requests, row.megabytes];
    return [contender, runImage, `${delay} ms`, ...figures].map(String);
  });
  return renderTable(titles, cells);
}

await runProgram(main);

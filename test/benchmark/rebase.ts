/**
 * Compares how long many images take to get on a newer run image: our command, and the lifecycle's rebaser in a loop
 * (docs/operations.md).
 *
 * Usage: npm run bench:rebase -- [--json FILE] [--images N] [--scenario 1|2|3]
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
import { rounded } from './statistics.ts';
import { renderTable } from './table.ts';

const IMAGES = 100;
const SCENARIOS: readonly Scenario[] = [
  { runImage: 'same registry', delay: 0 },
  { runImage: 'same registry', delay: 30 },
  { runImage: 'another registry', delay: 0 },
];

interface Row extends Scenario {
  readonly contender: string;
  readonly images: number;
  readonly seconds: number;
  readonly requests: number;
  /** What the registries sent and got, in megabytes. */
  readonly megabytes: number;
}

type Contender = readonly [string, (images: readonly string[], world: RebaseWorld) => Promise<unknown>];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, images: { type: 'string' }, scenario: { type: 'string' } },
  });
  const scratch = await mkdtemp(path.join(tmpdir(), 'benchmark-rebase-'));
  const rows: Row[] = [];
  try {
    const contenders = [await ours(scratch), await theirs(scratch)];
    const chosen = SCENARIOS.filter(
      (_, index) => values.scenario === undefined || values.scenario === String(index + 1),
    );
    for (const scenario of chosen) {
      rows.push(...(await measure(contenders, Number(values.images ?? IMAGES), scenario)));
    }
    process.stdout.write(render(rows));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function measure(contenders: readonly Contender[], count: number, scenario: Scenario): Promise<readonly Row[]> {
  say(`${count} images, their run image on ${scenario.runImage}, which waits ${scenario.delay} ms`);
  const names = contenders.map(([name]) => name);
  const world = await startRebaseWorld(count, scenario, names);
  try {
    const rows: Row[] = [];
    for (const [name, rebase] of contenders) {
      say(name);
      rows.push({
        contender: name,
        ...scenario,
        images: count,
        ...(await counted(world, () => rebase(world.images(name), world))),
      });
    }
    await requireSame(world, names);
    return rows;
  } finally {
    await world.stop();
  }
}

/** Time and traffic of some work. */
async function counted(
  { apps, runs }: RebaseWorld,
  work: () => Promise<unknown>,
): Promise<Pick<Row, 'seconds' | 'requests' | 'megabytes'>> {
  const registries = [...new Set([apps, runs])];
  for (const registry of registries) registry.forget();
  const start = performance.now();
  await work();
  const seconds = rounded((performance.now() - start) / 1000);
  const requests = registries.flatMap((registry) => registry.requests());
  const bytes = requests.reduce((sum, { uploaded, downloaded }) => sum + uploaded + downloaded, 0);
  return { seconds, requests: requests.length, megabytes: rounded(bytes / 1e6) };
}

/** The program as it is shipped, started once. */
async function ours(scratch: string): Promise<Contender> {
  const program = path.join(scratch, 'buildpacks-ci.cjs');
  await writeFile(program, (await makeBundle(COMMAND_LINE)).get(COMMAND_LINE.file) ?? '');
  return [
    'buildpacks-ci',
    (images, { runs }) => {
      const args = ['rebase', `--run-images=${runs.host}/run`, ...images];
      return measureProcess(process.execPath, [program, ...args]);
    },
  ];
}

/** The lifecycle's program, started for each image. */
async function theirs(scratch: string): Promise<Contender> {
  const { directory } = await tool('lifecycle');
  const ids = ['-uid', String(process.getuid?.() ?? 0), '-gid', String(process.getgid?.() ?? 0)];
  const args = [...ids, '-report', path.join(scratch, 'report.toml')];
  const environment = { CNB_PLATFORM_API: '0.15', HOME: scratch };
  return [
    'lifecycle',
    async (images) => {
      for (const image of images) await command(path.join(directory, 'rebaser'), [...args, image], { environment });
    },
  ];
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
  const titles = ['', 'run image on', 'a request waits', 'images', 'seconds', 'requests', 'MB'];
  const cells = rows.map((row) =>
    [row.contender, row.runImage, `${row.delay} ms`, row.images, row.seconds, row.requests, row.megabytes].map(String),
  );
  return renderTable(titles, cells);
}

await runProgram(main);

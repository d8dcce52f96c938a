import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type CacheContender, type CommandLine, contendersFor } from './contender.ts';
import { type Fixture, STATES, type State, writeFixture } from './fixture.ts';
import { type LinkName, type Machine, makeMachine, openPlace, type Place } from './place.ts';
import { runTask, type TaskMeasure } from './task.ts';
import { NO_TRAFFIC, type Traffic } from './traffic.ts';

/** What is done one after the other. A restore brings back what was saved just before, to a machine that has nothing. */
const PLAN = [
  { step: 'cold save', kind: 'save', state: 'first' },
  { step: 'no change', kind: 'save', state: 'first' },
  { step: 'one dependency', kind: 'save', state: 'one dependency' },
  { step: 'restore', kind: 'restore', state: 'one dependency' },
  { step: 'wide change', kind: 'save', state: 'wide change' },
  { step: 'restore after a wide change', kind: 'restore', state: 'wide change' },
] as const satisfies readonly { step: string; kind: 'save' | 'restore'; state: State }[];

export const STEPS = PLAN.map(({ step }) => step);
export type Step = (typeof STEPS)[number];

export interface CacheSample extends TaskMeasure, Traffic {
  readonly fixture: Fixture['name'];
  readonly link: LinkName;
  readonly step: Step;
  readonly contender: CacheContender['name'];
}

/** The volume caches of a fixture's builds. */
export type FixtureCaches = Readonly<Record<State, string>>;

export async function writeCaches(fixture: Fixture, scale: number, scratch: string): Promise<FixtureCaches> {
  const root = await mkdtemp(path.join(scratch, 'fixture-'));
  const caches = STATES.map((state) => [state, path.join(root, state.replace(' ', '-'), 'cache')] as const);
  for (const [state, cache] of caches) await writeFixture(fixture, state, scale, cache);
  return Object.fromEntries(caches) as FixtureCaches;
}

export interface Round {
  readonly fixture: Fixture['name'];
  readonly caches: FixtureCaches;
  readonly link: LinkName;
  /** Decides who begins. */
  readonly number: number;
  readonly scratch: string;
}

/** Each step with every contender in turn, so that what the machine does meanwhile meets all of them. */
export async function runCacheRound({
  fixture,
  caches,
  link,
  number,
  scratch,
}: Round): Promise<readonly CacheSample[]> {
  const place = await openPlace(link);
  const machines: Machine[] = [];
  try {
    const turns: Turn[] = [];
    for (const make of await contendersFor(link)) {
      const machine = await makeMachine(scratch);
      machines.push(machine);
      turns.push({ contender: make(place, machine), machine, place });
    }
    const order = [...turns.slice(number % turns.length), ...turns.slice(0, number % turns.length)];
    const samples: CacheSample[] = [];
    for (const [index, { step, kind, state }] of PLAN.entries()) {
      for (const turn of order) {
        const cache = caches[state];
        const measure =
          kind === 'restore'
            ? await measureRestore(turn, cache, index - 1)
            : await measureSave(turn, cache, index, step === 'no change');
        samples.push({ fixture, link, step, contender: turn.contender.name, ...measure });
      }
    }
    return samples;
  } finally {
    await place.stop();
    for (const { root } of machines) await rm(root, { recursive: true, force: true });
  }
}

interface Turn {
  readonly contender: CacheContender;
  readonly machine: Machine;
  readonly place: Place;
}

const NOTHING: TaskMeasure & Traffic = { seconds: 0, peakMemory: 0, peakDisk: 0, ...NO_TRAFFIC };

async function measureSave(
  turn: Turn,
  cache: string,
  build: number,
  isUnchanged: boolean,
): Promise<TaskMeasure & Traffic> {
  if (isUnchanged && !turn.contender.savesUnchanged) return NOTHING;
  return measure(turn, turn.contender.save(cache, build));
}

async function measureRestore(turn: Turn, expected: string, build: number): Promise<TaskMeasure & Traffic> {
  const workspace = path.join(turn.machine.root, 'workspace');
  const cache = path.join(workspace, 'cache');
  await mkdir(cache, { recursive: true });
  const taken = await measure(turn, turn.contender.restore(cache, build));
  await verify(cache, expected);
  await rm(workspace, { recursive: true });
  return taken;
}

async function measure({ machine, place }: Turn, [file, ...args]: CommandLine): Promise<TaskMeasure & Traffic> {
  const begin = () => void place.takeTraffic();
  const task = await runTask({ file, args, folder: machine.root, begin });
  return { ...task, ...place.takeTraffic() };
}

/** Who brings back something else, or not everything, does not count. */
async function verify(cache: string, expected: string): Promise<void> {
  const wanted = await tarsIn(expected);
  const found = await tarsIn(cache);
  if (wanted.join() !== found.join())
    throw new Error(`"${cache}" should hold ${wanted.join()}, and holds ${found.join()}`);
  for (const name of found) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(cache, 'committed', name)), hash);
    if (`sha256:${hash.digest('hex')}.tar` !== name) throw new Error(`"${name}" is not what it was`);
  }
}

async function tarsIn(cache: string): Promise<readonly string[]> {
  return (await readdir(path.join(cache, 'committed'))).filter((name) => name.endsWith('.tar')).sort();
}

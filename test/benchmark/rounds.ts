import { randomUUID } from 'node:crypto';
import { command } from '../bench/command.ts';
import type { BuildMeasure, Contender } from './contender.ts';
import { type App, changeLine, type World } from './world.ts';

/** What is built, one after the other, with the same image name and layer cache. */
export const STEPS = ['cold', 'warm, unchanged', 'warm, one line changed'] as const;
export type Step = (typeof STEPS)[number];

/** One build with what the registry saw of it. */
export interface Sample extends BuildMeasure {
  readonly app: App['name'];
  readonly step: Step;
  readonly contender: string;
  readonly requests: number;
  /** Bytes of bodies, both ways. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/**
 * Builds with every contender in turn, step by step, so that what the machine does meanwhile meets all of them; who begins
 * changes from round to round.
 */
export async function runRound(
  world: World,
  app: App,
  contenders: readonly Contender[],
  round: number,
): Promise<readonly Sample[]> {
  const turns = contenders.map((contender) => ({ contender, cache: `benchmark-${randomUUID()}` }));
  const order = [...turns.slice(round % turns.length), ...turns.slice(0, round % turns.length)];
  const directory = await world.copyApp(app, randomUUID());
  const samples: Sample[] = [];
  try {
    for (const step of STEPS) {
      if (step === 'warm, one line changed') await changeLine(app, directory);
      for (const { contender, cache } of order) {
        const image = `${world.registry.host}/benchmark/${cache}:1`;
        world.registry.forget();
        const measure = await contender.build({ image, app: directory, builder: world.builder, cache });
        samples.push({ app: app.name, step, contender: contender.name, ...measure, ...traffic(world) });
      }
    }
    return samples;
  } finally {
    await command('docker', ['volume', 'rm', '--force', ...turns.map(({ cache }) => cache)]);
  }
}

function traffic({ registry }: World): Pick<Sample, 'requests' | 'bytesUp' | 'bytesDown'> {
  const requests = registry.requests();
  return {
    requests: requests.length,
    bytesUp: requests.reduce((sum, { uploaded }) => sum + uploaded, 0),
    bytesDown: requests.reduce((sum, { downloaded }) => sum + downloaded, 0),
  };
}

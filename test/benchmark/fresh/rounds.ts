import type { Traffic } from '../cache/traffic.ts';
import { CHANGES, type Change, type FreshApp } from './apps.ts';
import type { FreshContender } from './contenders.ts';
import { forgetBuilt, type FreshWorld } from './world.ts';

export interface FreshSample extends Traffic {
  readonly app: FreshApp['name'];
  readonly change: Change;
  readonly contender: FreshContender['name'];
  readonly seconds: number;
}

/**
 * Builds an app once with each contender, side by side, which is not counted; then changes it and builds it again, one after the other,
 * each time on a machine that has nothing but the builder. Who begins changes from build to build.
 */
export async function measureApp(
  world: FreshWorld,
  app: FreshApp,
  contenders: readonly FreshContender[],
  rounds: number,
): Promise<readonly FreshSample[]> {
  const directory = `${await world.folder('app')}/app`;
  await app.write(directory);
  const imageOf = ({ name }: FreshContender) =>
    `${world.registry.host}/${name}/${app.name.toLowerCase().replace(/[^a-z]+/g, '-')}:1`;
  await Promise.all(contenders.map((contender) => contender.build(imageOf(contender), directory)));
  const samples: FreshSample[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const change of CHANGES) {
      const apply = app.changes[change];
      if (apply === undefined) continue;
      await apply(directory, round);
      const order = round % 2 === 0 ? contenders : contenders.toReversed();
      for (const contender of order) {
        await forgetBuilt(world.registry.host);
        world.takeTraffic();
        const seconds = await contender.build(imageOf(contender), directory);
        samples.push({ app: app.name, change, contender: contender.name, seconds, ...world.takeTraffic() });
      }
    }
  }
  return samples;
}

import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresEngine } from '../support/requires.ts';
import { cli, type CliOptions, type CliOutcome } from './support/cli.ts';
import { inEveryWay, inToolImage, newPlace, type Place } from './support/ways.ts';
import { startWorld, type World } from './support/world.ts';

const BUILDPACKS = ['procfile', 'failing', 'label-data', 'env-probe', 'detect-error', 'large-layer'];
/** No Procfile in it. */
const APP = path.resolve('test/apps/plain');

let world: World;
beforeAll(async () => {
  world = await startWorld({ buildpacks: BUILDPACKS });
});
afterAll(() => world.stop());

/** Builds with these buildpacks as the only group. */
async function attempt(group: readonly string[], args: readonly string[], options: CliOptions = {}) {
  const ids = group.map((name) => (name === 'procfile' ? 'samples/procfile' : `test/${name}`));
  const common = ['--builder', world.builder, '--path', APP, '--env', 'BP_LARGE_LAYER_MB=1'];
  return cli(['build', ...common, ...ids.flatMap((id) => ['--buildpacks', id]), ...args], options);
}

for (const declare of [inEveryWay, inToolImage]) {
  declare('a build in which a buildpack fails', (way) => {
    let place: Place;
    beforeAll(async () => {
      place = await newPlace(way);
    });
    afterAll(() => place.remove());

    const attemptHere = (image: string, group: readonly string[]) =>
      attempt(group, ['--image', world.image(image), '--engine', way.engine], place.options);

    it('shows its output, keeps the exit status and names phase and buildpack', async () => {
      const outcome = await attemptHere('alone', ['failing']);
      expect(outcome.status).toBe(51);
      expect(outcome.stderr).toContain('failing: about to look for the missing part');
      expect(outcome.stderr).toContain('failing: the missing part is missing');
      expect(outcome.stderr).toContain('== build: failed');
      expect(endOf(outcome)).toEqual([
        'error: a buildpack failed to build (test/failing@0.1.0), exit status 51: failed to build: exit status 7',
        'hint: Its own output is above.',
      ]);
    });

    it('names it among several', async () => {
      const outcome = await attemptHere('several', ['label-data', 'failing', 'env-probe']);
      expect(endOf(outcome)[0]).toContain('a buildpack failed to build (test/failing@0.1.0), exit status 51');
    });

    it('after layers were restored names nobody else alone', async () => {
      const image = `rebuilt-${way.title}`;
      expect((await attemptHere(image, ['large-layer'])).status).toBe(0);
      const outcome = await attemptHere(image, ['large-layer', 'failing', 'env-probe']);
      expect(outcome.stderr).toContain('large-layer: 1 MiB, seed 0, from the cache');
      expect(endOf(outcome)[0]).toMatch(/\((?:one of test\/large-layer@0\.1\.0, )?test\/failing@0\.1\.0\)/);
    });
  });
}

requiresEngine('a build in which detection fails', () => {
  it('says so when no buildpack takes part', async () => {
    const outcome = await attempt(['procfile'], ['--image', world.image('app')]);
    expect(outcome.status).toBe(20);
    expect(outcome.stderr).toContain('== detect: failed');
    expect(endOf(outcome)).toEqual([
      expect.stringContaining('error: no group of buildpacks fits the app, exit status 20'),
      expect.stringContaining('hint: Check that path is the folder of the app'),
    ]);
  });

  it('shows the output of the buildpack to blame and names it', async () => {
    const outcome = await attempt(['detect-error'], ['--image', world.image('app')]);
    expect(outcome.status).toBe(21);
    expect(outcome.stderr).toContain('detect-error: the descriptor cannot be read');
    expect(endOf(outcome)).toEqual([
      expect.stringContaining('a buildpack failed to detect (test/detect-error@0.1.0), exit status 21'),
      expect.stringContaining('hint: The output of the buildpack is above'),
    ]);
  });
});

/** What the command line says last. */
function endOf({ stderr }: CliOutcome): readonly string[] {
  return stderr.split('\n').filter((line) => /^(?:error|hint): /.test(line));
}

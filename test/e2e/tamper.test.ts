import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { cli, type CliOutcome } from './support/cli.ts';
import { processesWith } from './support/traces.ts';
import { inEveryWay, newPlace, type Place } from './support/ways.ts';
import { startWorld, type World } from './support/world.ts';

/** Changes what nobody reads, or what is out of reach: the image is the same as ever. */
const WITHOUT_EFFECT = [
  'config plan cache input_images output_image report_text deep',
  'later-report_fifo later-sbom_entries later-cache later-input_images',
  'later-report_link later-sbom_link later-cache_huge',
  'later-sbom_fifo later-cache_link',
];

/** Races for the output, which the attacker wins more often than not: the build ends with a reason, or the image is as ever. */
const RACES = [
  'later-output_image',
  'later-output_parent',
  'later-output_blobs',
  'later-output_foreign_layer',
  'later-report_huge later-sbom_huge',
];

/** What PUBLISH says of what it finds then. */
const REFUSAL = /error: .*(?:image|not a regular file|is damaged|is missing|the build left more than)/;

let world: World;
beforeAll(async () => {
  world = await startWorld({
    buildpacks: ['tamper', 'large-layer'],
    // The large layer is cached after the report is written: time for those who come later.
    builder: { order: [[{ id: 'test/tamper' }, { id: 'test/large-layer' }]] },
  });
});
afterAll(() => world.stop());

inEveryWay('a buildpack that tampers with what is read after it', (way) => {
  let place: Place;
  let untampered: Build;
  /** Another image, with layers and a cache of its own, which the attacker knows. */
  let other: Build;

  beforeAll(async () => {
    place = await newPlace(way);
    other = await succeeded({ BP_LARGE_LAYER_SEED: '1' });
    untampered = await succeeded({});
  });
  afterAll(() => place.remove());

  /** Builds an image of a new name, without anything of an earlier build. */
  async function start(environment: Readonly<Record<string, string>>): Promise<Started> {
    const name = `${way.title}/${randomUUID()}`;
    const [store, sbom] = [path.join(place.scratch, 'cache'), path.join(place.scratch, 'sbom')];
    const before = await entries(store);
    await rm(sbom, { recursive: true, force: true });
    const outcome = await cli(
      [
        ...['build', '--json', world.image(name), '--builder', world.builder, '--path', 'samples/apps/procfile'],
        ...['--engine', way.engine, '--cache-store', `local:${store}`, '--sbom-directory', sbom],
        ...Object.entries({ BP_LARGE_LAYER_MB: '12', ...environment }).flatMap(([key, value]) => [
          '--env',
          `${key}=${value}`,
        ]),
      ],
      place.options,
    );
    const [identity] = (await entries(store)).filter((entry) => !before.includes(entry));
    const cache = identity === undefined ? undefined : path.join(store, identity);
    return { outcome, name, cache, cached: await entries(cache), sbom: await texts(sbom) };
  }

  async function succeeded(environment: Readonly<Record<string, string>>): Promise<Build> {
    const { outcome, ...traces } = await start(environment);
    if (outcome.status !== 0) throw new Error(outcome.stderr);
    return { ...traces, result: JSON.parse(outcome.stdout) as BuildResult };
  }

  /** A build under attack leaves no process and no file, and reads nothing that is not its own. */
  async function attack(attacks: string): Promise<Started> {
    const mark = randomUUID();
    const started = await start({
      BP_TAMPER: attacks,
      BP_TAMPER_MARK: mark,
      BP_TAMPER_DIGEST: other.result.layers.at(-1)?.digest ?? '',
      BP_TAMPER_TARGET: other.cache ?? '',
    });
    expect(await processesWith(mark)).toEqual([]);
    expect(await readdir(place.temporary)).toEqual([]);
    expect(started.sbom.filter((text) => text.includes('root:'))).toEqual([]);
    expect(untampered.cached).toEqual(expect.arrayContaining([...started.cached]));
    expect(await world.digest(world.image(other.name))).toBe(other.result.digest);
    return started;
  }

  it.each(WITHOUT_EFFECT)('changes nothing: %s', async (attacks) => {
    const { outcome, name } = await attack(attacks);
    expect(outcome).toMatchObject({ status: 0 });
    expect(await world.digest(world.image(name))).toBe(untampered.result.digest);
  });

  it.each(RACES)('makes the build fail, or has no effect: %s', async (attacks) => {
    const { outcome, name } = await attack(attacks);
    if (outcome.status === 0) {
      expect(await world.digest(world.image(name))).toBe(untampered.result.digest);
    } else {
      expect(outcome).toMatchObject({ status: 1, stderr: expect.stringMatching(REFUSAL) as string });
      await expect(world.digest(world.image(name))).rejects.toThrow(/NAME_UNKNOWN|MANIFEST_UNKNOWN/);
    }
  });
});

interface Traces {
  readonly name: string;
  /** The folder of this image's cache, and what is in it. */
  readonly cache: string | undefined;
  readonly cached: readonly string[];
  /** Bills of materials, as they were written for the user. */
  readonly sbom: readonly string[];
}

type Started = Traces & { readonly outcome: CliOutcome };
type Build = Traces & { readonly result: BuildResult };

async function entries(directory: string | undefined): Promise<readonly string[]> {
  return directory === undefined ? [] : readdir(directory).catch(() => []);
}

async function texts(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found.filter((entry) => !entry.isDirectory());
  return Promise.all(files.map((file) => readFile(path.join(file.parentPath, file.name), 'utf8')));
}

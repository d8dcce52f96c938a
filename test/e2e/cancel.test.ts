import { randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import { build, cli } from './support/cli.ts';
import { containerEvent, type Moment, requestHold } from './support/stopping.ts';
import { containersOf, loadedImages, mountsBelow, processesWith } from './support/traces.ts';
import { inEveryWay, inToolImage, newPlace, type Place, type Way } from './support/ways.ts';
import { startWorld, type World } from './support/world.ts';

/** What must have happened before the signal: a line of the log, or a moment that is watched from outside. */
type Trigger = { readonly log: string } | { readonly moment: () => Moment };

interface Stage {
  readonly title: string;
  readonly trigger: Trigger;
  readonly signals: readonly NodeJS.Signals[];
  readonly args?: (place: Place) => readonly string[];
  /** With a builder that nobody has pulled yet. */
  readonly freshBuilder?: true;
  readonly only?: Way['engine'];
  /** Depends on what has been started, so it is tried in the tool image's ways too. */
  readonly ofRun?: true;
}

const hold = requestHold();
const request = (method: string, place: RegExp): Trigger => ({
  moment: () => hold.next(method, (asked) => place.test(asked)),
});
/** Layers by their digests: what our own client reads only when it has to. */
const layers = { builder: '', runImage: '' };
const pullOfBuilder: Trigger = {
  moment: () =>
    hold.next('GET', (asked, userAgent) => /^docker\//.test(userAgent) || asked.endsWith(`/blobs/${layers.builder}`)),
};
const readOfRunImage: Trigger = {
  moment: () => hold.next('GET', (asked) => asked.endsWith(`/run/blobs/${layers.runImage}`)),
};
const event = (name: 'create' | 'start'): Trigger => ({ moment: () => containerEvent(name, world.registry.host) });

const INT = ['SIGINT'] as const;
const TERM = ['SIGTERM'] as const;

const STAGES: readonly Stage[] = [
  { title: 'the builder is looked up', trigger: request('GET', /\/builder\/manifests\//), signals: TERM },
  { title: 'the right to push is asked for', trigger: request('POST', /\/app[^/]*\/blobs\/uploads/), signals: INT },
  {
    title: 'the builder is pulled',
    trigger: pullOfBuilder,
    signals: INT,
    freshBuilder: true,
    ofRun: true,
  },
  { title: 'the container is created', trigger: event('create'), signals: TERM, only: 'container' },
  { title: 'the container is started', trigger: event('start'), signals: INT, only: 'container' },
  { title: 'buildpacks are detected', trigger: { log: '== detect' }, signals: TERM },
  {
    title: 'a buildpack builds',
    trigger: { log: 'slow: begin' },
    signals: TERM,
    args: () => ['--env', 'BP_SLOW_SECONDS=600'],
  },
  {
    title: 'a buildpack builds that does not want to end',
    trigger: { log: 'slow: begin' },
    signals: ['SIGINT', 'SIGINT'],
    args: () => ['--env', 'BP_SLOW_SECONDS=600', '--env', 'BP_SLOW_STUBBORN=true'],
    ofRun: true,
  },
  { title: 'the image is exported', trigger: { log: "Adding layer 'test/large-layer:large'" }, signals: INT },
  { title: 'layers are cached', trigger: { log: "Adding cache layer 'test/large-layer:large'" }, signals: TERM },
  { title: 'a blob is uploaded', trigger: request('PUT', /\/blobs\/uploads\//), signals: TERM },
  { title: 'the manifest is to be written', trigger: request('PUT', /\/manifests\/sha256:/), signals: INT },
  { title: 'the tag is to be moved', trigger: request('PUT', /\/manifests\/1$/), signals: TERM },
  {
    title: 'an OCI layout is written',
    trigger: readOfRunImage,
    signals: INT,
    args: ({ scratch }) => ['--publish=false', '--output', `oci:${path.join(scratch, 'output/layout')}`],
  },
  {
    title: 'an archive is written',
    trigger: readOfRunImage,
    signals: TERM,
    args: ({ scratch }) => ['--publish=false', '--output', `oci-archive:${path.join(scratch, 'output.tar')}`],
  },
  {
    title: 'the image is loaded',
    trigger: readOfRunImage,
    signals: INT,
    args: () => ['--publish=false', '--load=docker'],
    only: 'container',
  },
];

/** What may be left after a killed build: a layer cache that is whole. */
const KEPT =
  /^home\/\.cache\/buildpacks-ci\/layers\/[0-9a-f]{32}\/(?:sha256:[0-9a-f]{64}\.tar|io\.buildpacks\.lifecycle\.cache\.metadata)$/;

let world: World;
beforeAll(async () => {
  world = await startWorld({
    buildpacks: ['slow', 'large-layer'],
    builder: { order: [[{ id: 'test/slow' }, { id: 'test/large-layer' }]] },
    registry: { intercept: hold.intercept },
  });
  layers.builder = await layerAt(0, world.builder);
  layers.runImage = await layerAt(-1, world.runImage);
});
afterAll(() => world.stop());

for (const declare of [inEveryWay, inToolImage]) {
  declare('a build that is stopped leaves nothing behind', (way) => {
    let place: Place;
    beforeEach(async () => {
      place = await newPlace(way);
    });
    afterEach(() => place.remove());

    const args = (image: string, builder: string) => [
      ...[image, '--builder', builder, '--path', 'samples/apps/procfile', '--engine', way.engine],
      ...['--env', 'BP_SLOW_SECONDS=0', '--env', 'BP_LARGE_LAYER_MB=8'],
    ];

    async function stopped(image: string, { trigger, signals, args: more, freshBuilder }: Stage) {
      const name = randomUUID();
      const builder =
        freshBuilder === undefined ? world.builder : await world.addBuilder(`fresh-${name}`, { labels: { name } });
      const moment = 'moment' in trigger ? trigger.moment() : undefined;
      const stop = (child: ChildProcess) => {
        void sendAll(child, signals);
      };
      try {
        return await cli(['build', ...args(image, builder), ...(more?.(place) ?? [])], {
          ...place.options,
          onStart: (child) => {
            void moment?.reached.then(() => {
              stop(child);
            });
          },
          ...('log' in trigger && { when: { text: trigger.log, then: stop } }),
        });
      } finally {
        moment?.release();
      }
    }

    const stages = STAGES.filter(
      ({ only = way.engine, ofRun = false }) => only === way.engine && (ofRun || way.container === undefined),
    );
    it.each(stages.map((stage) => [stage.title, stage] as const))('while %s', async (_title, stage) => {
      const image = world.image(`app-${randomUUID()}`);
      const outcome = await stopped(image, stage);
      expect(outcome).toMatchObject({
        status: 130,
        stderr: expect.stringMatching(/stopped by SIG(?:INT|TERM)/) as string,
      });
      expect(await containersOf(world.registry.host)).toEqual([]);
      expect(await processesWith(place.root)).toEqual([]);
      expect(await mountsBelow(place.root)).toEqual([]);
      expect((await filesBelow(place.root)).filter((file) => !KEPT.test(file))).toEqual([]);
      await expect(world.digest(image)).rejects.toThrow(/NAME_UNKNOWN|MANIFEST_UNKNOWN/);
      expect(await loadedImages(image)).toEqual([]);
    });

    it('and the next build, with what was cached, is as ever', async () => {
      const image = world.image(`app-${randomUUID()}`);
      const [stage] = STAGES.filter(({ title }) => title === 'a blob is uploaded');
      if (stage !== undefined) await stopped(image, stage);
      const { digest } = await build(args(image, world.builder), place.options);
      expect(await world.digest(image)).toBe(digest);
    });
  });
}

async function sendAll(child: ChildProcess, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    child.kill(signal);
    await sleep(50);
  }
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
}

async function layerAt(index: number, image: string): Promise<string> {
  const manifest = JSON.parse(await crane(['manifest', image], image)) as { layers: { digest: string }[] };
  return manifest.layers.at(index)?.digest ?? '';
}

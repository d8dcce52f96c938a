import { describe, expect, it } from 'vitest';
import { fleetFailure } from '../../src/fleet/verdict.ts';
import { type FleetRegistry, startFleetRegistry } from './fleet-registry.ts';
import { survey } from './survey.ts';

const FOUND = 'log4j-core@2';

/** What one image of a survey may be, by its path in the registry. */
const IMAGES: Readonly<Record<string, (world: FleetRegistry, path: string) => unknown>> = {
  current: (world, path) => world.addApp(path, { base: baseOf(world, 'new'), components: [] }),
  outdated: (world, path) => world.addApp(path, { base: baseOf(world, 'old'), components: [] }),
  affected: (world, path) =>
    world.addApp(path, { base: baseOf(world, 'new'), components: [{ name: 'log4j-core', version: '2' }] }),
  unknown: (world, path) =>
    world.addApp(path, { base: { layer: 'x', name: world.name('run/gone:1') }, components: [] }),
  unsearched: (world, path) => world.addApp(path, { base: baseOf(world, 'new') }),
  other: (world, path) => world.addOther(path),
  gone: () => undefined,
};

function baseOf(world: FleetRegistry, layer: string) {
  return { layer, name: world.name('run/base:1') };
}

async function failureOf(kinds: readonly string[], mode: 'check' | 'tell') {
  const world = await startFleetRegistry();
  world.addBase('run/base:1', { layer: 'new' });
  for (const kind of kinds) await IMAGES[kind]?.(world, `team/${kind}:1`);
  const text = kinds.map((kind) => world.name(`team/${kind}:1`)).join('\n');
  return fleetFailure(await survey({ lists: [{ text, file: 'list' }], components: [FOUND] }), mode);
}

describe('a survey with --check', () => {
  it.each([
    [['current', 'other'], undefined, undefined],
    [['current', 'outdated'], 'outdated', 'of 2 images 1 outdated'],
    [['current', 'affected'], 'outdated', `of 2 images 1 with ${FOUND}`],
    [['current', 'unknown'], 'image', 'of 2 images 1 on a base that nobody can tell the newest of'],
    [['current', 'unsearched'], 'image', 'of 2 images 1 not searched'],
    [['gone', 'unsearched'], 'registry', 'of 2 images 1 not read, 1 not searched'],
    [['outdated', 'affected', 'gone'], 'outdated', `of 3 images 1 outdated, 1 with ${FOUND}, 1 not read`],
  ])('of %j ends with %s', async (kinds, code, message) => {
    const failure = await failureOf(kinds, 'check');
    expect([failure?.code, failure?.message]).toEqual([code, message]);
  });
});

describe('a survey that only tells', () => {
  it.each([
    [['outdated', 'affected', 'unknown', 'unsearched'], undefined],
    [['outdated', 'gone'], 'of 2 images 1 not read'],
  ])('of %j ends with %s', async (kinds, message) => {
    expect((await failureOf(kinds, 'tell'))?.message).toBe(message);
  });
});

import { describe, expect, test } from 'vitest';
import { describeLayers } from '../../src/inspect/layers.ts';
import type { Digest } from '../../src/reference/index.ts';

const id = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

/** An image whose layers have these diff ids; the lifecycle's label says what `metadata` says. */
function image(diffIds: readonly Digest[], metadata: object) {
  const descriptor = { mediaType: 'm', digest: id('0'), size: 1 };
  return {
    manifest: { mediaType: 'm', config: descriptor, layers: diffIds.map(() => descriptor) },
    config: {
      os: 'linux',
      architecture: 'amd64',
      config: {
        Env: [],
        Entrypoint: [],
        Cmd: [],
        Labels: { 'io.buildpacks.lifecycle.metadata': JSON.stringify(metadata) },
      },
      diffIds,
    },
  };
}

const METADATA = {
  runImage: { topLayer: id('b') },
  app: [{ sha: id('c') }],
  launcher: { sha: id('d') },
  config: { sha: id('e') },
  'process-types': { sha: id('f') },
};
const DIFF_IDS = [id('a'), id('b'), id('c'), id('d'), id('e'), id('f')];

describe('describeLayers', () => {
  test('knows layers that belong to no buildpack', () => {
    const owners = describeLayers(image(DIFF_IDS, METADATA)).map(({ owner }) => owner.kind);
    expect(owners).toEqual(['run-image', 'run-image', 'app', 'launcher', 'config', 'process-types']);
  });

  test('calls those reused that the previous image has, and all others of the build added', () => {
    const layers = describeLayers(image(DIFF_IDS, METADATA), { previous: [id('a'), id('d'), id('9')] });
    expect(layers.map(({ origin }) => origin)).toEqual(['base', 'base', 'added', 'reused', 'added', 'added']);
  });

  test('calls everything of the build added without a previous image', () => {
    const origins = describeLayers(image(DIFF_IDS, METADATA)).map(({ origin }) => origin);
    expect(origins).toEqual(['base', 'base', 'added', 'added', 'added', 'added']);
  });

  test('trusts the run image itself more than the recorded top layer', () => {
    const twice = [id('a'), id('b'), id('a'), id('c')];
    const metadata = { ...METADATA, runImage: { topLayer: id('a') } };
    const layers = describeLayers(image(twice, metadata), { runImage: [id('a'), id('b'), id('a')] });
    expect(layers.map(({ origin }) => origin)).toEqual(['base', 'base', 'base', 'added']);
  });

  test('falls back to the recorded top layer when the image stands on another run image', () => {
    const layers = describeLayers(image(DIFF_IDS, METADATA), { runImage: [id('a'), id('9')] });
    expect(layers.filter(({ origin }) => origin === 'base')).toHaveLength(2);
  });

  test('says that it does not know the owner of a layer that no label names', () => {
    const layers = describeLayers(image([id('a'), id('b'), id('7')], METADATA));
    expect(layers.at(-1)?.owner).toEqual({ kind: 'unknown' });
  });
});

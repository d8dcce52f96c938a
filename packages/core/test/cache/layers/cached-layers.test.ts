import { describe, expect, it } from 'vitest';
import { cachedLayers } from '../../../src/cache/layers/cached-layers.ts';
import { digestOf } from '../../../src/reference/index.ts';

const ONE = digestOf(Buffer.from('one'));
const TWO = digestOf(Buffer.from('two'));

const metadata = (layers: unknown, key = 'samples/nodejs', sbom: unknown = { sha: '' }) =>
  JSON.stringify({ sbom, buildpacks: [{ key, version: '1', layers }] });

const twoLayers = (one: string, two: string) => {
  const buildpacks = [
    { key: one, layers: { modules: { sha: ONE } } },
    { key: two, layers: { modules: { sha: TWO } } },
  ];
  return JSON.stringify({ sbom: { sha: '' }, buildpacks });
};

describe("the layers of the lifecycle's cache", () => {
  it('fill the folders of their buildpacks, and the SBOM its own', () => {
    const text = metadata({ modules: { sha: ONE, cache: true, data: { sha: 'x' } } }, 'samples/nodejs', { sha: TWO });
    expect([...cachedLayers(text)]).toEqual([
      [TWO, '/layers/sbom/cache'],
      [ONE, '/layers/samples_nodejs/modules'],
    ]);
  });

  it.each([
    ['nothing', '{"sbom":{"sha":""},"buildpacks":null}'],
    ['an empty object', '{}'],
    ['a layer without a digest', metadata({ modules: { cache: true } })],
    ['a layer whose digest is none', metadata({ modules: { sha: 'sha256:x' } })],
  ])('may be none: %s', (_, text) => {
    expect(cachedLayers(text).size).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['a layer outside', metadata({ '../../etc': { sha: ONE } })],
    ['a layer that is a parent', metadata({ '..': { sha: ONE } })],
    ['a layer without a name', metadata({ '': { sha: ONE } })],
    ['a NUL byte in a name', metadata({ 'a\0b': { sha: ONE } })],
    ['a buildpack that is a parent', metadata({ modules: { sha: ONE } }, '..')],
    ['a buildpack without a name', metadata({ modules: { sha: ONE } }, '')],
    ['a buildpack with blanks', metadata({ modules: { sha: ONE } }, 'a b')],
    ['a layer without a digest outside', metadata({ '../../etc': { cache: true } })],
    ['one digest for two layers', metadata({ a: { sha: ONE }, b: { sha: ONE } })],
    ['a field in two cases', `{"buildpacks":[],"Buildpacks":[]}`],
    ['a field that Go folds', `{"buildpacks":[],"buildpac\u212as":[]}`],
    ['a field in another case', metadata({ a: { sha: ONE } }).replace('"buildpacks"', '"BuildPacks"')],
    ['a digest in another case', metadata({ a: { sha: ONE } }).replace('{"sha":"sha', '{"SHA":"sha')],
    ['a field twice', `{"buildpacks":[],"buildpacks":[]}`],
    ['a digest twice', metadata({ a: { sha: ONE } }).replace('{"sha":"sha', '{"SHA":"x","sha":"sha')],
    ['a layer twice', metadata({ a: { sha: ONE } }).replace('"a":', '"a":{},"a":')],
    ['two layers for the folder of one buildpack', twoLayers('samples/nodejs', 'samples/nodejs')],
    ['two layers for a folder whose buildpacks are escaped alike', twoLayers('samples/nodejs', 'samples_nodejs')],
    ['a layer where the SBOM is', metadata({ cache: { sha: ONE } }, 'sbom', { sha: TWO })],
  ])('are refused: %s', (_, text) => {
    expect(() => cachedLayers(text)).toThrow("the metadata of the layer cache can't be used");
  });

  it('may be called the same in two cases', () => {
    expect(cachedLayers(metadata({ a: { sha: ONE }, A: { sha: TWO } })).size).toBe(2);
  });
});

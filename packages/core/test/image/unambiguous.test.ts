import { describe, expect, it } from 'vitest';
import { requireUnambiguous } from '../../src/image/unambiguous.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const DESCRIPTOR = `{"mediaType":"x","size":1,"digest":"${DIGEST}"}`;
const MANIFEST = `{"schemaVersion":2,"mediaType":"m","config":${DESCRIPTOR},"layers":[${DESCRIPTOR}],"annotations":{"a":"1","A":"2"}}`;
const CONFIG = `{"os":"linux","config":{"Labels":{"a":"1","A":"2"}},"rootfs":{"type":"layers","diff_ids":["${DIGEST}"]},"history":[{"created_by":"x"}]}`;

function check(manifest: string, config: string): void {
  requireUnambiguous(Buffer.from(manifest), Buffer.from(config));
}

describe('requireUnambiguous', () => {
  it('takes what the lifecycle writes, maps with names that differ by case included', () => {
    expect(() => {
      check(MANIFEST, CONFIG);
    }).not.toThrow();
  });

  it.each([
    ['layers twice', `"layers":[]`, 'layers'],
    ['layers in capitals', `"Layers":[]`, 'Layers'],
    ['layers with an escape', `"l\\u0061yers":[]`, 'layers'],
    ['layers with a letter that folds to s', `"layer\\u017f":[]`, 'layerſ'],
    ['a subject', `"subject":${DESCRIPTOR}`, 'subject'],
    ['several images', `"manifests":[]`, 'manifests'],
  ])('refuses a manifest with %s', (_title, field, name) => {
    expect(() => {
      check(MANIFEST.replace('{', `{${field},`), CONFIG);
    }).toThrow(new RegExp(`manifest has the field "(${name}|layers)"`));
  });

  it.each([
    ['the configuration', `"config":{"Digest":"${DIGEST}",`],
    ['a layer', `"layers":[{"Digest":"${DIGEST}",`],
  ])('refuses a second digest of %s', (_title, start) => {
    const key = start.slice(0, start.indexOf('{') + 1);
    expect(() => {
      check(MANIFEST.replace(key, start), CONFIG);
    }).toThrow('"Digest"');
  });

  it.each([
    ['rootfs', '{', '{"RootFS":{},'],
    ['diff_ids', '"rootfs":{', '"rootfs":{"DIFF_IDS":[],'],
    ['Labels', '"config":{', '"config":{"labels":{},'],
  ])('refuses a configuration with two readings of %s', (_title, at, replacement) => {
    expect(() => {
      check(MANIFEST, CONFIG.replace(at, replacement));
    }).toThrow('configuration has the field');
  });
});

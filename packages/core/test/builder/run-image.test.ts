import TOML from '@iarna/toml';
import { describe, expect, it } from 'vitest';
import { renderRunToml, runImageCandidates, type RunImageRequest } from '../../src/builder/run-image.ts';
import { formatReference, parseReference } from '../../src/reference/index.ts';

const NAMES = { image: 'acme/run:1', mirrors: ['a.example/run:1', 'b.example:5000/run:1', 'c.example/run:1'] };

function candidates(request: Partial<RunImageRequest>): readonly string[] {
  return runImageCandidates({ runImages: [NAMES], ...request }).map(({ reference }) => formatReference(reference));
}

describe('run image candidates', () => {
  it.each([
    [undefined, ['index.docker.io/acme/run:1', 'a.example/run:1', 'b.example:5000/run:1', 'c.example/run:1']],
    ['b.example:5000', ['b.example:5000/run:1', 'index.docker.io/acme/run:1', 'a.example/run:1', 'c.example/run:1']],
    ['b.example', ['index.docker.io/acme/run:1', 'a.example/run:1', 'b.example:5000/run:1', 'c.example/run:1']],
    ['index.docker.io', ['index.docker.io/acme/run:1', 'a.example/run:1', 'b.example:5000/run:1', 'c.example/run:1']],
  ])('for an output on %s come in order', (outputRegistry, expected) => {
    expect(candidates(outputRegistry === undefined ? {} : { outputRegistry })).toEqual(expected);
  });

  it('are the override alone, which has no mirrors', () => {
    const [only, ...others] = runImageCandidates({
      runImages: [NAMES],
      override: { text: 'own/run', reference: parseReference('own/run') },
      outputRegistry: 'a.example',
    });
    expect(only).toMatchObject({ kind: 'override', names: { image: 'own/run', mirrors: [] } });
    expect(others).toEqual([]);
  });

  it('record the canonical names whichever is used', () => {
    const [first] = runImageCandidates({ runImages: [NAMES], outputRegistry: 'c.example' });
    expect(first).toMatchObject({ kind: 'mirror', names: NAMES });
  });

  it('leave out mirrors that are no references', () => {
    expect(candidates({ runImages: [{ image: 'acme/run', mirrors: ['NOT A REFERENCE'] }] })).toEqual([
      'index.docker.io/acme/run:latest',
    ]);
  });

  it('are missed when the builder names none', () => {
    expect(() => candidates({ runImages: [] })).toThrow(/run-image: the builder names no run image/);
  });
});

describe('run.toml', () => {
  it.each([NAMES, { image: 'own/run', mirrors: [] }])('names %j', ({ image, mirrors }) => {
    expect(TOML.parse(renderRunToml({ image, mirrors }))).toEqual({
      images: [{ image, ...(mirrors.length > 0 && { mirrors }) }],
    });
  });
});

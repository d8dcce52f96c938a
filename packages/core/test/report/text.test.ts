import { describe, expect, test } from 'vitest';
import { renderResult } from '../../src/report/text.ts';
import { SAMPLE_RESULT } from './sample-result.ts';

const DIGEST = (letter: string) => `sha256:${letter.repeat(64)}` as const;

describe('renderResult', () => {
  test('is a table', () => {
    expect(renderResult(SAMPLE_RESULT)).toEqual([
      'Image           registry.example/shop:1',
      `Digest          ${DIGEST('1')}`,
      'Tags            registry.example/shop:1',
      '                registry.example/shop:latest',
      'Output          registry: 2 uploaded, 0 mounted, 6 already there; 4.1 kB sent',
      '                oci:/out/image',
      '                oci-archive:/out/image.tar',
      '                docker: registry.example/shop:1',
      'Platform        linux/arm64/v8',
      `Builder         registry.example/builder:2@${DIGEST('2')}`,
      `Run image       registry.example/run:3@${DIGEST('3')}`,
      `Previous image  registry.example/shop:latest@${DIGEST('4')}`,
      'Lifecycle       0.21.14, Platform API 0.15',
      'Engine          docker 28.2, hermetic',
      `Policies        /etc/buildpacks-ci/policy.toml@${DIGEST('7')}`,
      'Buildpacks      samples/nodejs@1.2.3',
      'Processes       web (default)  node server.js',
      '                worker         node worker.js',
      'Labels          org.opencontainers.image.source',
      '                tier',
      'Annotations     org.opencontainers.image.title',
      'SBOM            1 file',
      'Cache           dir:/cache: miss (it has expired), 2 layers saved, 1 not saved; 3 requests, 0 B down, 812 kB up',
      '                registry:registry.example/cache: 3 layers restored from the cache of "default", 1 lost, nothing new; 1 request, 70 MB down, 0 B up',
      'Traffic         31 requests, 1.2 MB down, 4.1 kB up',
      '',
      'Layers',
      '  base    1   30 MB',
      '  reused  1  5.3 MB',
      '  added   1   812 B',
      '              812 B  app',
      '',
      'Time',
      '  prepare       412 ms',
      '  run       1 min 05 s',
      '    detect       1.2 s',
      '  publish        95 ms',
      '',
      'Warnings',
      '  - the cache was damaged',
    ]);
  });

  test('leaves out what there is nothing to say about', () => {
    const { image, previousImage, labels, annotations, cache, ...rest } = SAMPLE_RESULT;
    expect([image, previousImage, labels, annotations, cache]).not.toContain(undefined);
    const names = renderResult({ ...rest, tags: [], outputs: [], warnings: [], processes: [] }).map(
      (line) => line.split('  ')[0],
    );
    for (const absent of [
      'Image',
      'Tags',
      'Output',
      'Previous image',
      'Processes',
      'Labels',
      'Annotations',
      'Cache',
      'Warnings',
    ]) {
      expect(names).not.toContain(absent);
    }
  });

  test('sums the parts of a phase up that was not timed as a whole', () => {
    const phases = [
      { name: 'run/detect', milliseconds: 100 },
      { name: 'run/build', milliseconds: 1_900 },
    ];
    const lines = renderResult({ ...SAMPLE_RESULT, phases });
    const time = lines.indexOf('Time');
    expect(lines.slice(time + 1, time + 4)).toEqual(['  run        2.0 s', '    detect  100 ms', '    build    1.9 s']);
  });

  test.each([
    ['once that the name has as well', '7'],
    ['in the place of that of the index in the name', '8'],
  ])('says the digest that was used %s', (_what, letter) => {
    const previousImage = { name: `r.example/app@${DIGEST(letter)}`, digest: DIGEST('7') };
    expect(renderResult({ ...SAMPLE_RESULT, previousImage })).toContain(`Previous image  r.example/app@${DIGEST('7')}`);
  });

  test('lets no buildpack write to the terminal', () => {
    const buildpacks = [{ id: 'evil\x1b[2J', version: '1\n::error::x' }];
    const lines = renderResult({ ...SAMPLE_RESULT, buildpacks });
    expect(lines).toContain(String.raw`Buildpacks      evil@1\n::error::x`);
  });
});

import { describe, expect, it } from 'vitest';
import type { ImageConfig } from '../../src/image/manifest.ts';
import { APP_LABEL, parseAppLabels } from '../../src/lifecycle/labels.ts';
import { goJson, lifecycleMetadata, sha } from './support/go-image.ts';

function configWith(labels: Readonly<Record<string, unknown>>): ImageConfig {
  const entries = Object.entries(labels).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : goJson(value),
  ]);
  return {
    os: 'linux',
    architecture: 'amd64',
    config: { Env: [], Entrypoint: [], Cmd: [], Labels: Object.fromEntries(entries) as Record<string, string> },
    diffIds: [],
  };
}

const LIFECYCLE = lifecycleMetadata(`registry.example/run@${sha('e')}`, { any: 'data' });

describe('the labels of an app image', () => {
  it('tell whose its layers are', () => {
    expect(parseAppLabels(configWith({ [APP_LABEL.lifecycle]: LIFECYCLE }))).toEqual({
      rebasable: true,
      lifecycle: {
        app: [sha('1')],
        sbom: sha('2'),
        buildpacks: [
          {
            id: 'samples/nodejs',
            version: '0.1.0',
            layers: [{ name: 'modules', diffId: sha('3'), build: false, launch: true, cache: true }],
          },
        ],
        config: sha('4'),
        launcher: sha('5'),
        processTypes: sha('6'),
        runImage: {
          topLayer: sha('7'),
          reference: `registry.example/run@${sha('e')}`,
          image: 'registry.example/run:base',
          mirrors: ['mirror.example/run:base'],
        },
      },
    });
  });

  it('tell what was built', () => {
    const labels = parseAppLabels(
      configWith({
        [APP_LABEL.lifecycle]: LIFECYCLE,
        [APP_LABEL.build]: {
          buildpacks: [{ id: 'a', version: '1', homepage: 'https://a.example' }],
          extensions: null,
          launcher: { version: '0.21.14', source: { git: { repository: 'r', commit: 'c' } } },
          processes: [
            {
              type: 'web',
              command: ['node', 'x'],
              args: ['--y'],
              direct: true,
              buildpackID: 'a',
              'working-dir': '/w',
              'exec-env': ['test'],
            },
            { type: 'old', command: 'sh', args: null, direct: false, buildpackID: 'a' },
          ],
          'buildpack-default-process-type': 'web',
        },
        [APP_LABEL.project]: { source: { type: 'git', version: { commit: 'abc' }, metadata: { refs: ['main'] } } },
        [APP_LABEL.execEnv]: 'test',
        [APP_LABEL.rebasable]: 'false',
      }),
    );
    expect(labels).toMatchObject({
      rebasable: false,
      execEnv: 'test',
      build: {
        buildpacks: [{ id: 'a', version: '1', homepage: 'https://a.example' }],
        extensions: [],
        defaultProcess: 'web',
        launcherVersion: '0.21.14',
        processes: [
          {
            type: 'web',
            command: ['node', 'x'],
            args: ['--y'],
            direct: true,
            buildpack: 'a',
            workingDirectory: '/w',
            execEnv: ['test'],
          },
          { type: 'old', command: ['sh'], args: [], direct: false, buildpack: 'a', execEnv: [] },
        ],
      },
      project: { type: 'git', version: { commit: 'abc' }, metadata: { refs: ['main'] } },
    });
  });

  it('of an older lifecycle name the run image in the stack', () => {
    const { runImage, ...rest } = LIFECYCLE;
    const old = { ...rest, runImage: { topLayer: (runImage as { topLayer: string }).topLayer, reference: 'x' } };
    expect(parseAppLabels(configWith({ [APP_LABEL.lifecycle]: old }))?.lifecycle.runImage).toMatchObject({
      image: 'registry.example/run:base',
      mirrors: ['mirror.example/run:base'],
    });
  });

  it('are none on an image that the lifecycle did not make', () => {
    expect(parseAppLabels(configWith({ [APP_LABEL.build]: {} }))).toBeUndefined();
  });

  it('may lack everything', () => {
    expect(parseAppLabels(configWith({ [APP_LABEL.lifecycle]: {}, [APP_LABEL.project]: {} }))).toEqual({
      lifecycle: { app: [], buildpacks: [], runImage: { mirrors: [] } },
      rebasable: true,
    });
  });

  it.each([APP_LABEL.lifecycle, APP_LABEL.build, APP_LABEL.project])('are refused when %s is not an object', (key) => {
    expect(() => parseAppLabels(configWith({ [APP_LABEL.lifecycle]: LIFECYCLE, [key]: '[' }))).toThrow(
      `the label ${key} of the image is not a JSON object`,
    );
  });
});

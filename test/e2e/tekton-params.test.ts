import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderTask } from '../bench/tekton.ts';
import { requiresDocker } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { codesOf, FIXED, startTekton, type Tekton } from './support/tekton.ts';

/** As they arrive, byte by byte. */
const KEPT = {
  BLOCK: 'first\n\n-- second\n--lists=tags\n',
  QUOTES: `"double" 'single' it's \\ \\n`,
  SHELL: '$(date) `id` $HOME ${HOME} ; & | < > * ? ~ # !',
  NAMES: '$(params.image) $(inputs.params.image) {{inputs.parameters.image}} ${{ secrets.X }} $[[ inputs.x ]]',
  SIGNS: '=a=b=, %0A ::error::no -v --',
  UNICODE: 'Grüße, 世界 \u{1f680} \u00a0\t.',
  CARRIAGE: 'a\r\nb\rc',
  EMPTY: '',
} as const;

/** What Tekton and the kubelet put something else in place of, wherever a Task uses a param. */
const REPLACED = {
  TEKTON: ['$(context.taskRun.name) $(workspaces.source.path)', 'run /buildpacks-ci/source'],
  KUBELET: ['$$ $$(HOME) $(HOME)', '$ $(HOME) /tmp'],
} as const;

/** The name of a file that would be an option. */
const FILE = '--lists=tags';

requiresDocker('params of the Tekton Task', () => {
  let tekton: Tekton;
  beforeAll(async () => {
    tekton = await startTekton({ buildpacks: ['env-probe', 'procfile'] });
  });
  afterAll(() => tekton.stop());

  describe('arrive', () => {
    let image: string;
    beforeAll(async () => {
      image = tekton.world.image('values');
      const given = { ...KEPT, TEKTON: REPLACED.TEKTON[0], KUBELET: REPLACED.KUBELET[0] };
      const run = await tekton.run({
        params: {
          image,
          buildpacks: ['test/env-probe'],
          env: Object.entries(given).map(([name, value]) => `${name}=${value}`),
          'env-files': [FILE],
        },
        workspaces: { source: { kind: 'directory', path: await tekton.volumeOf({ [FILE]: 'FROM_FILE=found\n' }) } },
      });
      if (!run.succeeded) throw new Error(run.text);
    });

    /** What the buildpack was given, of which it has made a record in base64. */
    async function values(name: string): Promise<string> {
      const file = `/layers/test_env-probe/report/values/${name}`;
      return Buffer.from(await readAppFile(image, file, tekton.world.registry.access), 'base64').toString();
    }

    it.each(Object.entries(KEPT))('as they are: %s', async (name, value) => {
      expect(await values(name)).toBe(value);
    });

    it('whatever an item begins with', async () => {
      expect(await values('FROM_FILE')).toBe('found');
    });

    it.each(Object.entries(REPLACED))('but for what %s replaces in every Task', async (name, [, arrived]) => {
      expect(await values(name)).toBe(arrived);
    });
  });

  describe('that are wrong', () => {
    it('are told all at once, with status 2, before anything is built', async () => {
      const run = await tekton.run({
        params: {
          publish: 'perhaps',
          builder: tekton.world.builder,
          env: ['1st=a', 'no name'],
          'cache-max-size': 'much',
          'log-level': 'loud',
        },
      });
      expect(codesOf(run), run.text).toEqual([2, 1, 1]);
      expect(run.steps.map(({ reason }) => reason)).toEqual(['Error', 'Skipped', 'Skipped']);
      expect(run.message).toBe('"step-prepare" exited with code 2: Error');
      for (const quoted of ['"perhaps"', '"1st', '"no name', '"much"', '"loud"']) {
        expect(run.steps[0]?.log).toContain(quoted);
      }
      expect(run.results).toEqual({});
    });

    it('are a builder by tag, whose digest is told', async () => {
      const { world, builder } = tekton;
      const run = await tekton.run({ params: { image: world.image('app'), builder: world.builder } });
      expect(codesOf(run), run.text).toEqual([2, 1, 1]);
      expect(run.steps[0]?.log).toContain(builder);
    });

    it('are an item that would begin the next list', async () => {
      const run = await tekton.run({ params: { image: tekton.world.image('app'), env: ['A=1', '--', 'B=2'] } });
      expect(codesOf(run), run.text).toEqual([2, 1, 1]);
      expect(run.steps[0]?.log).toContain('no item may be "--"');
    });
  });
});

describe('Tekton itself refuses', () => {
  const workspaces = { source: { kind: 'emptyDir' } } as const;

  it.each([
    ['no builder', {}, /missing values for these params.*builder/],
    ['text for an array', { builder: 'b', env: 'A=1' }, /param types don't match the user-specified type: \[env\]/],
    ['an array for text', { builder: 'b', image: ['a'] }, /param types don't match the user-specified type: \[image\]/],
    ['a value with the name of a param', { builder: 'b', env: ['A=$(params.other)'] }, /non-existent variable in "A=/],
  ] as const)('%s', async (_case, params, problem) => {
    const { problems, pod } = await renderTask({ task: FIXED, params, workspaces });
    expect(problems.join('\n')).toMatch(problem);
    expect(pod).toBeUndefined();
  });
});

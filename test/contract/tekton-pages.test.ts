import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderTekton } from '../../scripts/tekton-files.ts';
import { ROOT } from '../support/documents.ts';

interface Step {
  readonly name: string;
  readonly workspaces?: readonly { readonly name: string }[];
  readonly results?: readonly { readonly name: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

interface Task {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly params: readonly { readonly name: string; readonly type: string; readonly default?: unknown }[];
    readonly workspaces: readonly { readonly name: string; readonly optional?: boolean; readonly readOnly?: boolean }[];
    readonly results: readonly { readonly name: string; readonly type: string; readonly value: string }[];
    readonly steps: readonly Step[];
  };
}

const TASKS = [...renderTekton()]
  .map(([file, text]) => [file, parse(text) as Task & { readonly kind: string }] as const)
  .filter(([, { kind }]) => kind === 'Task');
const GUIDE = readFileSync(path.join(ROOT, 'docs/tekton.md'), 'utf8');

/** The cells of the first table below a heading, without its head and without marks of code. */
function tableBelow(page: string, heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const lines = section.split('\n## ', 1)[0]?.split('\n') ?? [];
  const rows = lines.filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(/(?<!\\) \| /));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.replaceAll('`', '').trim()));
}

describe.each(TASKS)('the page of %s', (file, { metadata, spec }) => {
  const page = readFileSync(path.join(ROOT, path.dirname(file), 'README.md'), 'utf8');

  test('has its params with types and defaults', () => {
    const written = tableBelow(page, 'Params').map(([name, type, value]) => [name, type, value]);
    const defaults = spec.params.map(({ default: value }) => (Array.isArray(value) ? '[]' : (value ?? '**required**')));
    expect(written).toEqual(spec.params.map(({ name, type }, index) => [name, type, defaults[index]]));
  });

  test('has its workspaces with the steps that see them', () => {
    const written = tableBelow(page, 'Workspaces').map(([name, required, steps]) => [name, required, steps]);
    const seenBy = (name: string) =>
      spec.steps
        .filter(({ workspaces = [] }) => workspaces.some((each) => each.name === name))
        .map((step) => step.name);
    expect(written).toEqual(
      spec.workspaces.map(({ name, optional }) => [name, optional === true ? 'no' : 'yes', seenBy(name).join(', ')]),
    );
  });

  test('has its results', () => {
    expect(tableBelow(page, 'Results').map(([name]) => name)).toEqual(spec.results.map(({ name }) => name));
  });

  test('has the rights of each step', () => {
    const table = tableBelow(page, 'Security of the steps');
    for (const [index, { securityContext }] of spec.steps.entries()) {
      const told = Object.fromEntries(table.map(([right = '', ...values]) => [right, values[index]]));
      const { capabilities, seccompProfile, ...plain } = securityContext;
      expect([capabilities, seccompProfile]).toEqual([{ drop: ['ALL'] }, { type: 'RuntimeDefault' }]);
      expect(told).toMatchObject({ capabilities: 'drop: [ALL]', seccompProfile: 'type: RuntimeDefault' });
      for (const [right, value] of Object.entries(plain)) expect(told[right], right).toBe(String(value));
    }
  });

  test('is named by the guide', () => {
    expect(GUIDE).toContain(`../tekton/task/${metadata.name}/README.md`);
  });
});

const BUILDS = TASKS.filter(([file]) => !file.includes('rebase'));

describe.each(BUILDS)('results of %s', (_file, { spec }) => {
  const [prepare, build, publish] = spec.steps;

  test('are those of the last step, text, and none is another step’s', () => {
    expect(spec.results.map(({ name, type, value }) => [name, type, value])).toEqual(
      publish?.results?.map(({ name }) => [name, 'string', `$(steps.publish.results.${name})`]),
    );
    expect(prepare?.results?.map(({ name }) => name)).toEqual(['plan-digest']);
    expect(build?.results).toBeUndefined();
  });

  test('are the pairs that Tekton Chains takes an image from, and no more', () => {
    const hints = spec.results
      .map(({ name }) => name)
      .filter((name) => /IMAGE_URL$|IMAGE_DIGEST$|IMAGES$|ARTIFACT/.test(name));
    expect(hints).toEqual(['IMAGE_URL', 'IMAGE_DIGEST', 'BASE_IMAGE_DIGEST', 'APP_IMAGE_URL', 'APP_IMAGE_DIGEST']);
    const prefixes = hints.filter((name) => name.endsWith('IMAGE_URL')).map((name) => name.replace('IMAGE_URL', ''));
    expect(hints.filter((name) => prefixes.some((prefix) => name === `${prefix}IMAGE_DIGEST`))).toHaveLength(2);
  });

  test('source and what holds credentials are only read', () => {
    const writable = spec.workspaces.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name);
    expect(writable).toEqual(['cache']);
  });
});

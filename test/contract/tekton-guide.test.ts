import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderStepActions, withTektonTables } from '../../scripts/tekton-files.ts';
import { ROOT } from '../support/documents.ts';

const PAGE = read('docs/tekton.md');
const SOURCES = globSync('packages/{core,cli}/src/**/*.ts', { cwd: ROOT }).map(read).join('\n');
/** What the cluster says: two of Tekton's sentences are tested in test/integration/tekton-samples. */
const OF_THE_CLUSTER = [
  'violates PodSecurity',
  'more than one PersistentVolumeClaim',
  'declared workspace',
  'enable-step-actions',
  'ImagePullBackOff',
  'container has runAsNonRoot',
  'unsuccessful cred copy',
  'low on resource',
];

test('what the troubleshooting table quotes is what we say', () => {
  const [, table = ''] = /^## Troubleshooting$([^]*?)^## /m.exec(PAGE) ?? [];
  const quoted = [...table.matchAll(/^\| `([^`]*)`/gm)].map(([, text = '']) => text);
  const ours = quoted.filter((text) => !OF_THE_CLUSTER.some((known) => text.includes(known)));
  expect(ours.length).toBeGreaterThan(3);
  expect(ours.filter((text) => !SOURCES.includes(text.replace(/, exit status \d+$/, '')))).toEqual([]);
});

test('every sample is on the page or in the list of samples', () => {
  const pages = `${PAGE}\n${read('tekton/README.md')}`;
  const files = globSync('tekton/samples/*.yaml', { cwd: ROOT }).map((file) => path.basename(file));
  expect(files.filter((file) => !pages.includes(`samples/${file}`))).toEqual([]);
});

test.each([...renderStepActions()])('%s is fresh; "npm run generate" writes it', (file, text) => {
  expect(read(file)).toBe(text);
});

test('tekton/README.md has the table of what each step may do', () => {
  const page = read('tekton/README.md');
  expect(page).toBe(withTektonTables(page));
});

interface StepAction {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly image: string;
    readonly params: readonly { readonly name: string; readonly default?: unknown }[];
    readonly results?: readonly { readonly name: string }[];
    readonly volumeMounts: readonly { readonly name: string }[];
  };
}

const STEP_ACTIONS = globSync('tekton/stepaction/*/*.yaml', { cwd: ROOT })
  .sort()
  .map((file) => [file, parse(read(file)) as StepAction] as const);

describe.each(STEP_ACTIONS)('%s', (file, { metadata, spec }) => {
  const page = read(path.join(path.dirname(file), 'README.md'));
  const own = /-directory$|-volume$|^plan-digest$/;
  const schemas = new Set(['git-directory']);

  test('is named like its folder and its file', () => {
    expect(file).toBe(`tekton/stepaction/${metadata.name}/${metadata.name}.yaml`);
  });

  test('has a page with the params that the Task has not, and with all results', () => {
    const params = spec.params.map(({ name }) => name).filter((name) => own.test(name) && !schemas.has(name));
    expect(rowsOf(page, 'param')).toEqual(params);
    expect(rowsOf(page, 'result')).toEqual((spec.results ?? []).map(({ name }) => name));
  });

  test('declares what it uses, and uses what it declares', () => {
    const text = JSON.stringify({ ...spec, params: [] });
    const used = new Set([...text.matchAll(/\$\(params\.([\w-]+)/g)].map(([, name]) => name));
    expect(spec.params.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
    expect([...used].filter((name) => !spec.params.some((param) => param.name === name))).toEqual([]);
  });

  test('knows no workspace, and volumes by params only', () => {
    expect(JSON.stringify({ ...spec, params: [] })).not.toMatch(/\$\((workspaces|steps)\./);
    expect(spec.volumeMounts.filter(({ name }) => !/^\$\(params\.[\w-]+-volume\)$/.test(name))).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** The first column of the table that begins with this word. */
function rowsOf(page: string, word: string): readonly string[] {
  const [, rows = ''] = new RegExp(`^\\| ${word} [^\\n]*\\n\\| -[^\\n]*\\n((?:\\|[^\\n]*\\n)*)`, 'm').exec(page) ?? [];
  return [...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

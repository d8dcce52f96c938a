import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderTekton } from '../../scripts/tekton-files.ts';
import { ROOT } from '../support/documents.ts';

type Part = 'params' | 'workspaces' | 'results';

/** What the catalog's Tasks have, as tektoncd/catalog holds them. */
const CATALOG: Readonly<Record<string, Readonly<Record<Part, readonly string[]>>>> = {
  // Version 0.7 has the same.
  buildpacks: {
    params: [
      ...['APP_IMAGE', 'BUILDER_IMAGE', 'SOURCE_SUBPATH', 'ENV_VARS', 'PROCESS_TYPE', 'RUN_IMAGE', 'CACHE_IMAGE'],
      ...['SKIP_RESTORE', 'USER_ID', 'GROUP_ID', 'PLATFORM_DIR'],
    ],
    workspaces: ['source', 'cache', 'dockerconfig'],
    results: ['APP_IMAGE_DIGEST', 'APP_IMAGE_URL'],
  },
  'buildpacks-phases': {
    params: [
      ...['APP_IMAGE', 'SOURCE_SUBPATH', 'TAGS', 'USER_HOME', 'CNB_BUILDER_IMAGE', 'CNB_BUILD_IMAGE'],
      ...['CNB_EXPERIMENTAL_MODE', 'CNB_CACHE_IMAGE', 'CNB_ENV_VARS', 'CNB_INSECURE_REGISTRIES', 'CNB_LOG_LEVEL'],
      ...['CNB_PROCESS_TYPE', 'CNB_RUN_IMAGE', 'CNB_SKIP_LAYERS', 'CNB_PLATFORM_API', 'CNB_PLATFORM_API_SUPPORTED'],
      ...['CNB_LAYERS_DIR', 'CNB_PLATFORM_DIR', 'CNB_USER_ID', 'CNB_GROUP_ID'],
    ],
    workspaces: ['source', 'cache'],
    results: ['APP_IMAGE_DIGEST'],
  },
};

interface Task {
  readonly spec: Readonly<Record<Part, readonly { readonly name: string }[]>>;
}

const PAGE = readFileSync(path.join(ROOT, 'docs/tekton-migration.md'), 'utf8');
const OURS = parse(renderTekton().get('tekton/task/buildpacks-ci/buildpacks-ci.yaml') ?? '') as Task;
const ROWS = Object.entries(CATALOG).flatMap(([task, parts]) =>
  (['params', 'workspaces', 'results'] as const).map((part) => [part, task, parts[part]] as const),
);

describe.each(ROWS)('the %s of the catalog’s %s', (part, task, names) => {
  const rows = tableBelow(`${part[0]?.toUpperCase() ?? ''}${part.slice(1)} of \`${task}\``);

  test('are in the table, all of them', () => {
    expect(rows.map(({ there }) => there)).toEqual(names);
  });

  test('become what our Task has', () => {
    const known = OURS.spec[part].map(({ name }) => name);
    expect(rows.map(({ here }) => here).filter((here) => here !== undefined && !known.includes(here))).toEqual([]);
  });
});

test('results with the catalog’s names are still there', () => {
  const names = OURS.spec.results.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.values(CATALOG).flatMap(({ results }) => results)));
});

interface Row {
  readonly there: string;
  /** None: there is no such thing. */
  readonly here: string | undefined;
}

function tableBelow(heading: string): readonly Row[] {
  const [, below = ''] = PAGE.split(`\n### ${heading}\n`);
  const [part = ''] = below.split(/^##/m);
  const rows = part.matchAll(/^\| `(\w+)` +\| (?:`([\w-]+)`|none) +\|/gm);
  return [...rows].map(([, there = '', here]) => ({ there, here }));
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { BUILD_SCRIPT } from '../../packages/core/src/build/staged/build-script.ts';
import { environmentName, type InputDefinition, INPUTS } from '../../packages/core/src/inputs/index.ts';
import { REBASE_INPUTS } from '../../packages/core/src/rebase/index.ts';
import { renderArgo } from '../../scripts/argo-files.ts';
import { renderTekton } from '../../scripts/tekton-files.ts';
import { ROOT } from '../support/documents.ts';

/** What a Pod decides by its own means, and what is secret. */
const LEFT_OUT = [
  ...['engine', 'network', 'volumes', 'platform', 'uid', 'gid', 'load', 'output', 'sbom-directory', 'report-directory'],
  ...['registry-auth', 'cache-sign-key'],
];
const WANTED: readonly InputDefinition[] = INPUTS.filter(({ name }) => !LEFT_OUT.includes(name));

interface Named {
  readonly name: string;
}
interface Param extends Named {
  readonly type?: string;
  readonly description: string;
  readonly default?: string | readonly string[];
}
interface Container extends Named {
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly workspaces?: readonly Named[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}
interface Task {
  readonly metadata: Named;
  readonly spec: {
    readonly params: readonly Param[];
    readonly workspaces: readonly (Named & { readonly mountPath: string })[];
    readonly steps: readonly [Container, Container, Container];
  };
}
interface Template {
  readonly spec: {
    readonly templates: readonly [
      {
        readonly inputs: { readonly parameters: readonly Param[] };
        readonly initContainers: readonly [Container, Container];
        readonly container: Container;
      },
      { readonly inputs: { readonly parameters: readonly Param[] } },
    ];
  };
}

const FILES = [...renderTekton(), ...renderArgo()];
const ALL_TASKS = [...renderTekton()].map(([file, text]) => [file, parse(text) as Task] as const);
const TASKS = ALL_TASKS.filter(([file]) => !file.includes('rebase'));
const REBASES = ALL_TASKS.filter(([file]) => file.includes('rebase'));
const TEMPLATES = [...renderArgo()].map(([file, text]) => [file, parse(text) as Template] as const);
const PODS = [
  ...TASKS.map(([file, { spec }]) => [file, spec.steps] as const),
  ...TEMPLATES.map(
    ([file, { spec }]) => [file, [...spec.templates[0].initContainers, spec.templates[0].container]] as const,
  ),
];

test.each(FILES)('%s is fresh; "npm run generate" writes it', (file, text) => {
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(text);
});

describe.each(TASKS)('%s', (file, { metadata, spec }) => {
  test('is named like its folder and its file', () => {
    expect(file).toBe(`tekton/task/${metadata.name}/${metadata.name}.yaml`);
  });

  test.each(WANTED.map((input) => [input.name, input] as const))('has the param %s with its default', (name, input) => {
    const param = spec.params.find((each) => each.name === name);
    const isList = input.type === 'list';
    expect(param?.type).toBe(isList ? 'array' : 'string');
    expect(param?.description).toMatch(/^[A-Z].*\.$/);
    expect(param?.default).toEqual(name === 'builder' ? undefined : isList ? [] : (input.default ?? ''));
  });

  test('has no param that the schema does not know, but those of images', () => {
    const own = spec.params.map(({ name }) => name).filter((name) => !WANTED.some((input) => input.name === name));
    expect(own).toEqual(['tool-image']);
  });

  test('gives each list to the arguments, and each other input to the environment', () => {
    const [{ args = [], env }] = spec.steps;
    for (const { name, type } of WANTED) {
      if (type === 'list') expect(args).toContain(`$(params.${name}[*])`);
      else expect(env).toContainEqual({ name: environmentName(name), value: `$(params.${name})` });
    }
  });

  test('announces the lists in the order in which they follow', () => {
    for (const { args = [] } of [spec.steps[0], spec.steps[2]]) {
      const announced = args
        .find((arg) => arg.startsWith('--lists='))
        ?.slice('--lists='.length)
        .split(',');
      const given = args.flatMap((arg, index) => (args[index - 1] === '--' ? [arg] : []));
      expect(given).toEqual(announced?.map((name) => `$(params.${name}[*])`));
    }
  });

  test('shows no workspace to the step that runs buildpacks, and has none below /workspace', () => {
    expect(spec.steps.map(({ workspaces = [] }) => workspaces.length > 0)).toEqual([true, false, true]);
    const isolated = new Set(spec.steps.flatMap(({ workspaces = [] }) => workspaces.map(({ name }) => name)));
    expect(spec.workspaces.filter(({ name }) => !isolated.has(name))).toEqual([]);
    expect(spec.workspaces.filter(({ mountPath }) => !mountPath.startsWith('/buildpacks-ci/'))).toEqual([]);
  });
});

describe.each(TEMPLATES)('%s', (_file, { spec }) => {
  const [{ inputs }] = spec.templates;

  test.each(WANTED.map((input) => [input.name, input] as const))(
    'has the parameter %s with its default',
    (name, input) => {
      const parameter = inputs.parameters.find((each) => each.name === name);
      expect(parameter?.description).toMatch(/^[A-Z].*\.$/);
      expect(parameter?.default).toBe(name === 'builder' ? undefined : (input.default ?? ''));
    },
  );
});

describe.each(PODS)('the containers of %s', (_file, [prepare, build, publish]) => {
  const all = [prepare, build, publish];

  test('are restricted, and ours have a root file system that is only read', () => {
    for (const { securityContext } of all) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
    expect(all.map(({ securityContext }) => securityContext['readOnlyRootFilesystem'])).toEqual([true, false, true]);
  });

  test('ask a registry for no entry point and for no digest that is there', () => {
    for (const { command, imagePullPolicy } of all) {
      expect(command[0]).toMatch(/^\//);
      expect(imagePullPolicy).toBe('IfNotPresent');
    }
  });

  test('have users’ text in variables and in arguments that no shell reads', () => {
    expect(build.command).toEqual(['/bin/sh', '-c', BUILD_SCRIPT]);
    expect(build.args).toBeUndefined();
    expect(JSON.stringify([build.env, all.map(({ command }) => command)])).not.toMatch(/\$\(params|\{\{inputs/);
  });

  test('hand over what the one between can not change', () => {
    const prepared = build.volumeMounts.find(({ name }) => name === 'prepared');
    expect(prepared?.readOnly).toBe(true);
    expect(build.volumeMounts.map(({ name }) => name)).not.toContain('scratch');
  });
});

describe.each(REBASES)('%s', (_file, { spec }) => {
  const wanted = REBASE_INPUTS.filter(({ name }) => !['list', 'registry-auth'].includes(name));

  test('has the params of the schema, and the tool image', () => {
    expect(spec.params.map(({ name }) => name)).toEqual([...wanted.map(({ name }) => name), 'tool-image']);
  });

  test('gives each list to the arguments, in the order in which they are announced, and each other input to the environment', () => {
    const [{ args = [], env }] = spec.steps;
    const lists = wanted.filter(({ type }) => type === 'list').map(({ name }) => name);
    expect(args).toContain(`--lists=${lists.join(',')}`);
    expect(args.flatMap((arg, index) => (args[index - 1] === '--' ? [arg] : []))).toEqual(
      lists.map((name) => `$(params.${name}[*])`),
    );
    for (const { name } of wanted.filter(({ type }) => type !== 'list'))
      expect(env).toContainEqual({ name: environmentName(name), value: `$(params.${name})` });
  });
});

test.each(TEMPLATES)('%s has the parameters of a rebase in its second template', (_file, { spec }) => {
  const names = spec.templates[1].inputs.parameters.map(({ name }) => name);
  const wanted = REBASE_INPUTS.map(({ name }) => name).filter((name) => !['list', 'registry-auth'].includes(name));
  expect(names).toEqual(expect.arrayContaining(wanted));
});

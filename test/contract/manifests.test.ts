import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/documents.ts';
import { isContainer, type Node, readNodes } from './manifest-reader.ts';
import { breaking, brokenBy, FILE_RULES, isBuilder, RULES } from './manifest-rules.ts';

const FILES = globSync('{tekton,argo}/**/*.yaml', { cwd: ROOT }).sort();
const NODES = FILES.flatMap((file) => readNodes(file, readFileSync(path.join(ROOT, file), 'utf8')));
const CONTAINERS = NODES.filter(isContainer);

test('all files that become Pods are looked at', () => {
  const withContainers = new Set(CONTAINERS.map(({ where }) => where.replace(/:.*/, '')));
  expect([...withContainers]).toEqual(
    expect.arrayContaining(FILES.filter((file) => /^tekton\/(task|stepaction)\/|^argo\/[^/]+\/manifests/.test(file))),
  );
});

test('no object is in a file of another ending', () => {
  const others = globSync('{tekton,argo}/**/*.{yml,json}', { cwd: ROOT });
  expect(others.filter((file) => path.basename(file) !== 'artifacthub-pkg.yml')).toEqual([]);
});

describe('each container', () => {
  test.each(Object.entries(RULES))('%s', (_title, rule) => {
    expect(breaking(CONTAINERS, rule)).toEqual([]);
  });

  // Elsewhere they are not the container's: Argo's template has a parameter, a StepAction can have none.
  test.each(CONTAINERS.filter(isStepOfBuilder).map(({ where, fields }) => [where, fields] as const))(
    'asks for processor and memory: %s',
    (_where, { computeResources }) => {
      expect(computeResources).toMatchObject({
        requests: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
      });
    },
  );
});

describe('each file', () => {
  test.each(Object.entries(FILE_RULES))('%s', (_title, rule) => {
    expect(breaking(NODES, rule)).toEqual([]);
  });
});

describe('the rules', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const container = {
    image: `registry.example/git@${digest}`,
    command: ['/bin/sh', '-c', 'echo "$A" $(A)'],
    env: [{ name: 'A', value: '$(params.a)' }],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  const rights = (changes: object) => ({ securityContext: { ...container.securityContext, ...changes } });
  const broken = (fields: object) =>
    readNodes('a.yaml', JSON.stringify({ volumes: [{ name: 'work' }], all: [fields] })).flatMap(brokenBy);

  test.each([
    ['nothing changed', {}],
    ['images of parameters', { image: '$(params.registry-prefix)$(params.tool-image)' }],
    ['a builder', { image: '{{inputs.parameters.builder}}', ...rights({ readOnlyRootFilesystem: false }) }],
    ['arguments of no shell', { command: ['git'], args: ['--', '$(params.url)'] }],
    ['a declared volume', { volumeMounts: [{ name: 'work', mountPath: '/work' }] }],
    ['a builder handed on', { params: [{ name: 'builder', value: '{{workflow.parameters.builder}}' }] }],
    ['a secret by its name', { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] }],
  ])('let pass: %s', (_title, changes) => {
    expect(broken({ ...container, ...changes })).toEqual([]);
  });

  test.each([
    [{ image: 'registry.example/git:latest' }, 'has its image by a digest or by a parameter'],
    [{ image: 'registry.example/$(params.name):1' }, 'has its image by a digest or by a parameter'],
    [{ command: undefined }, 'says what it starts'],
    [rights({ runAsNonRoot: false }), 'is not root'],
    [rights({ runAsUser: 0 }), 'is not root'],
    [rights({ allowPrivilegeEscalation: undefined }), 'has no privileges and gets none'],
    [rights({ privileged: true }), 'has no privileges and gets none'],
    [rights({ capabilities: { drop: ['NET_RAW'] } }), 'has no capabilities'],
    [rights({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }), 'has no capabilities'],
    [rights({ seccompProfile: { type: 'Unconfined' } }), 'has the runtime’s seccomp profile'],
    [rights({ readOnlyRootFilesystem: false }), 'only reads its root file system, but for a builder'],
    [{ volumeMounts: [{ name: 'play', mountPath: '/work' }] }, 'mounts volumes that are declared'],
    [{ env: [{ name: 'NPM_TOKEN', value: 'hush' }] }, 'has no secret among its variables'],
    [{ command: ['bash', '-c', 'echo $(params.a)'] }, 'has nothing filled into a script'],
    [{ command: undefined, script: 'echo {{workflow.name}}' }, 'has nothing filled into a script'],
    [{ ports: [{ hostPort: 80 }] }, 'shares nothing with the node, and no processes among containers'],
    [{ all: { hostNetwork: true } }, 'shares nothing with the node, and no processes among containers'],
    [{ all: [{ proxy: 'http://ann:hush@proxy.example' }] }, 'holds no secret'],
    [
      { params: [{ name: 'builder', value: 'registry.example/builder:1' }] },
      'has images in parameters by their digests',
    ],
    [{ all: { kind: 'TaskRun', spec: { podTemplate: {} } } }, 'has a token for the cluster in no Pod of a run'],
    [{ all: { kind: 'Workflow', spec: {} } }, 'has a token for the cluster in no Pod of a run'],
  ])('find in %j: %s', (changes, title) => {
    expect(broken({ ...container, ...changes })).toEqual([title]);
  });
});

function isStepOfBuilder({ where, fields }: Node): boolean {
  return where.startsWith('tekton/task/') && isBuilder(fields);
}

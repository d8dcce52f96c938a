import { describe, expect, it } from 'vitest';
import { parsePods } from '../../src/fleet/pods.ts';
import { formatReference } from '../../src/reference/index.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

interface PodShape {
  readonly name?: string;
  readonly owner?: { readonly kind: string; readonly name: string };
  readonly hash?: string;
  readonly phase?: string;
  readonly spec?: object;
  readonly status?: object;
}

function pod({ name = 'web-1', owner, hash, phase = 'Running', spec, status }: PodShape = {}): object {
  const ownerReferences = owner && [{ ...owner, controller: true }];
  const labels = hash && { 'pod-template-hash': hash };
  return {
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...(ownerReferences && { ownerReferences }), ...(labels && { labels }) },
    spec: spec ?? { containers: [{ name: 'main', image: 'registry.example/web:1' }] },
    status: { phase, ...status },
  };
}

function read(...pods: readonly object[]) {
  return parsePods(JSON.stringify({ kind: 'List', items: pods }), 'pods');
}

describe('the images of a cluster', () => {
  it.each([
    ['by digest where the node tells it', `registry.example/web@${DIGEST}`, `registry.example/web@${DIGEST}`],
    [
      'by digest as dockershim wrote it',
      `docker-pullable://registry.example/web@${DIGEST}`,
      `registry.example/web@${DIGEST}`,
    ],
    ['by tag where it tells a configuration only', DIGEST, 'registry.example/web:1'],
    ['by tag where it tells nothing', '', 'registry.example/web:1'],
    ['never from where the node says', `mirror.example/x@${DIGEST}`, `registry.example/web@${DIGEST}`],
  ])('are read %s', (_, imageID, expected) => {
    const { images } = read(pod({ status: { containerStatuses: [{ name: 'main', imageID }] } }));
    expect(images.map(({ reference }) => formatReference(reference))).toEqual([expected]);
  });

  it('are those of all kinds of containers', () => {
    const container = (name: string) => [{ name, image: `registry.example/${name}:1` }];
    const spec = {
      initContainers: container('first'),
      containers: container('main'),
      ephemeralContainers: container('debug'),
    };
    const { images } = read(pod({ spec }));
    expect(images.map(({ reference }) => reference.repository.path)).toEqual(['first', 'main', 'debug']);
  });

  it.each([
    ['a Deployment', { owner: { kind: 'ReplicaSet', name: 'web-6d4' }, hash: '6d4' }, 'Deployment/web'],
    ['a ReplicaSet of its own', { owner: { kind: 'ReplicaSet', name: 'web-6d4' } }, 'ReplicaSet/web-6d4'],
    ['a StatefulSet', { owner: { kind: 'StatefulSet', name: 'web' } }, 'StatefulSet/web'],
    ['nobody', {}, 'Pod/web-1'],
  ])('are run by %s', (_, shape, expected) => {
    expect(read(pod(shape)).images[0]?.workloads).toEqual([{ namespace: 'shop', name: expected }]);
  });

  it('are told once for all Pods of a workload, and not for Pods that have ended', () => {
    const owner = { kind: 'StatefulSet', name: 'web' };
    const found = read(pod({ owner }), pod({ owner, name: 'web-2' }), pod({ name: 'done', phase: 'Succeeded' }));
    expect(found.images.map(({ workloads }) => workloads.length)).toEqual([1]);
  });

  it('that are no references are told apart', () => {
    const { images, unreadable } = read(pod({ spec: { containers: [{ name: 'main', image: 'Not An Image' }] } }));
    expect({ images, unreadable }).toEqual({ images: [], unreadable: ['Not An Image'] });
  });

  it('may be those of one Pod', () => {
    expect(parsePods(JSON.stringify(pod()), 'pods').images).toHaveLength(1);
  });

  it.each(['', 'no JSON', '{}', '[]', '{"kind":"Deployment"}'])('are not in "%s"', (text) => {
    expect(() => parsePods(text, 'pods')).toThrow('list of Pods');
  });
});

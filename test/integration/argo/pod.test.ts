import { describe, expect, it } from 'vitest';
import { renderWorkflow, type RenderedWorkflow, type WorkflowOptions } from '../../bench/argo.ts';

const GIVEN = {
  image: 'registry.test/app',
  builder: `registry.test/builder@sha256:${'0'.repeat(64)}`,
  'source-claim': 'work',
};

/** Settings of the controller with which its own containers would be root, and ours would inherit what they don't say. */
const CARELESS = {
  executor: 'securityContext:\n  runAsUser: 0\n  allowPrivilegeEscalation: true\n',
} as const;

async function render({ parameters, ...more }: Partial<WorkflowOptions> = {}): Promise<RenderedWorkflow> {
  return renderWorkflow({
    templates: 'argo/buildpacks-ci/manifests.yaml',
    templateRef: { name: 'buildpacks-ci', template: 'build' },
    parameters: { ...GIVEN, ...parameters },
    ...more,
  });
}

/** The containers in the order in which they start. */
function containersOf({ pod }: RenderedWorkflow) {
  return [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])];
}

function mountsOf(rendered: RenderedWorkflow, container: string): readonly string[] {
  const mounts = containersOf(rendered).find(({ name }) => name === container)?.volumeMounts ?? [];
  return mounts.map(({ mountPath, readOnly }) => `${mountPath}${readOnly === true ? ' (read)' : ''}`);
}

describe('the Pod that Argo’s controller makes of the template', () => {
  it.each<[string, Partial<WorkflowOptions>]>([
    ['as it is', {}],
    ['with Argo’s own containers set up carelessly', { settings: CARELESS }],
    ['with the user of the cluster', { parameters: { users: 'cluster' }, user: 1_000_660_000 }],
    ['with everything', { parameters: { 'cache-claim': 'cache', 'binding-secrets': 'one\ntwo', retries: '0' } }],
    [
      'of the template for a cluster',
      {
        templates: 'argo/buildpacks-ci-cluster/manifests.yaml',
        templateRef: { name: 'buildpacks-ci', template: 'build', clusterScope: true },
      },
    ],
  ])('is one that a restricted namespace takes: %s', async (_case, options) => {
    const rendered = await render(options);
    expect([...rendered.problems, ...rendered.refusals]).toEqual([]);
    expect(containersOf(rendered).map(({ name }) => name)).toEqual(['init', 'prepare', 'build', 'wait', 'main']);
  });

  it.each<[string, Partial<WorkflowOptions>]>([
    ['as it is', {}],
    ['with Argo’s own containers set up carelessly', { settings: CARELESS }],
    ['with the user of the cluster', { parameters: { users: 'cluster' }, user: 1_000_660_000 }],
  ])('is one that a restricted namespace takes for a rebase: %s', async (_case, { parameters, ...options }) => {
    const rendered = await renderWorkflow({
      templates: 'argo/buildpacks-ci/manifests.yaml',
      templateRef: { name: 'buildpacks-ci', template: 'rebase' },
      parameters: { images: 'registry.test/app:1', 'keep-old-as': '{tag}-before-{date}', ...parameters },
      ...options,
    });
    expect([...rendered.problems, ...rendered.refusals]).toEqual([]);
    expect(containersOf(rendered).map(({ name }) => name)).toEqual(['init', 'wait', 'main']);
    expect(mountsOf(rendered, 'main')).toContain('/var/run/secrets/kubernetes.io/serviceaccount (read)');
  });

  it('is refused with the users of the manifest where the cluster chooses', async () => {
    const { refusals } = await render({ user: 1_000_660_000 });
    expect(refusals.join('\n')).toContain("is not in the namespace's range");
  });

  it('shows the container of the builder what was prepared, its own folder, and nothing of Argo’s', async () => {
    const rendered = await render({ parameters: { 'cache-claim': 'cache', 'binding-secrets': 'one' } });
    expect(mountsOf(rendered, 'build')).toEqual([
      '/buildpacks-ci/prepared (read)',
      '/buildpacks-ci/built',
      '/var/run/secrets/kubernetes.io/serviceaccount (read)',
    ]);
    const build = containersOf(rendered).find(({ name }) => name === 'build');
    expect(build?.env?.map(({ name }) => name)).not.toContain('ARGO_TEMPLATE');
  });

  it('covers the place of the token in our containers, whatever the account says', async () => {
    const rendered = await render();
    const token = (name: string) =>
      containersOf(rendered)
        .find((container) => container.name === name)
        ?.volumeMounts?.find(({ mountPath }) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount')?.name;
    expect(['prepare', 'build', 'main'].map(token)).toEqual(['no-token', 'no-token', 'no-token']);
    expect(['init', 'wait'].map(token)).toEqual(['kube-api-access', 'kube-api-access']);
  });

  it.each([
    ['without a claim', '', [{ name: 'cache', emptyDir: {} }]],
    ['with a claim', 'kept', [{ name: 'cache', persistentVolumeClaim: { claimName: 'kept' } }]],
  ])('has a volume for the cache %s', async (_case, claim, expected) => {
    const { pod } = await render({ parameters: { 'cache-claim': claim } });
    expect(pod?.spec.volumes?.filter(({ name }) => name === 'cache')).toEqual(expected);
  });

  it('gives the container of the builder the resources of the parameter', async () => {
    const resources = { requests: { cpu: '2' }, limits: { memory: '4Gi' } };
    const rendered = await render({ parameters: { 'build-resources': JSON.stringify(resources) } });
    expect(containersOf(rendered).find(({ name }) => name === 'build')).toMatchObject({ resources });
  });

  it.each([
    ['text after it', '{}, "securityContext": {"privileged": true}'],
    ['a list', '[{"name": "build", "securityContext": {"privileged": true}}]'],
    ['no JSON', 'much'],
  ])('has no place for more than resources in that parameter: %s', async (_case, resources) => {
    // Retries would be waited for.
    const { problems, pod } = await render({ parameters: { 'build-resources': resources, retries: '0' } });
    expect(problems.join('\n')).toContain('Error applying PodSpecPatch');
    expect(pod).toBeUndefined();
  });

  // What Argo puts into the patch when it goes over it once more is not escaped for the patch.
  it.each(['cache-claim', 'binding-secrets', 'build-resources'])(
    'takes no structure from a parameter that "%s" leads to',
    async (name) => {
      const mounts = '[{"name":"dockerconfig","mountPath":"/stolen"}]';
      const planted = `x"}}],"initContainers":[{"name":"build","volumeMounts":${mounts}}],"n":[{"a":{"b":"`;
      const reference = '{{=inputs.parameters.tags}}';
      const value = name === 'build-resources' ? JSON.stringify({ claims: [{ name: reference }] }) : reference;
      const rendered = await render({ parameters: { tags: planted, [name]: value } });
      expect(rendered.problems).toEqual([]);
      expect(JSON.stringify(rendered.pod?.spec)).toContain('{{=inputs.parameters.tags}}');
      expect(mountsOf(rendered, 'build')).not.toContain('/stolen');
    },
  );

  it('makes one volume of each name of a Secret, whatever it holds', async () => {
    const name = 'x"}]}, "hostNetwork": true, {"a": "';
    const { pod } = await render({ parameters: { 'binding-secrets': name } });
    expect(pod?.spec.volumes).toContainEqual({ name: 'binding-0', secret: { secretName: name } });
    expect(pod?.spec).not.toHaveProperty('hostNetwork');
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { objectOf, releasedObjects, writeBundle } from '../../../scripts/release/tekton-bundle.ts';
import { crane } from '../../bench/images.ts';
import { pushLayout } from '../../bench/push.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';
import { resolveBundled } from '../../bench/tekton/bundle.ts';
import { ROOT } from '../../support/documents.ts';

const VERSION = '1.2.3';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function bundleOf(manifests: readonly string[]): Promise<{ readonly layout: string; readonly digest: string }> {
  const layout = await temporaryDirectory();
  const { digest } = await writeBundle(layout, manifests.map(objectOf), VERSION);
  return { layout, digest };
}

function manifestOf(name: string): string {
  return `apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: ${name}\n`;
}

describe('the bundle of a release, on a registry', () => {
  let registry: Registry;
  let reference: string;

  beforeAll(async () => {
    const layout = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
    registry = await startRegistry();
    await writeBundle(layout, releasedObjects(), VERSION);
    reference = await pushLayout(layout, `${registry.host}/tekton:${VERSION}`);
    return async () => {
      await registry.stop();
      await rm(layout, { recursive: true });
    };
  });

  test.each(releasedObjects().map((object) => [object.kind, object.name, object] as const))(
    'gives Tekton’s resolver the %s %s, byte by byte',
    async (kind, name, object) => {
      const { manifest, annotations, digest } = await resolveBundled({ bundle: reference, kind, name });
      expect(manifest).toBe(object.manifest);
      expect(annotations).toEqual({
        'resolution.tekton.dev/dev.tekton.image.apiVersion': object.apiVersion,
        'resolution.tekton.dev/dev.tekton.image.kind': kind,
        'resolution.tekton.dev/dev.tekton.image.name': name,
      });
      expect(`sha256:${digest['sha256'] ?? ''}`).toBe(reference.slice(reference.indexOf('@') + 1));
    },
  );

  test('is an image that other tools take, and move with its digest', async () => {
    const copy = `${registry.host}/elsewhere/tekton:${VERSION}`;
    expect(await crane(['validate', '--remote', reference], reference)).toContain('PASS');
    await crane(['copy', reference, copy], copy);
    expect(reference).toContain((await crane(['digest', copy], copy)).trim());
  });

  test('may have as many objects as Tekton takes', async () => {
    const { layout } = await bundleOf(Array.from({ length: 20 }, (_, index) => manifestOf(`task-${index}`)));
    const bundle = await pushLayout(layout, `${registry.host}/many:1`);
    expect((await resolveBundled({ bundle, kind: 'task', name: 'task-19' })).manifest).toBe(manifestOf('task-19'));
  });

  test('has what it does not have said by Tekton', async () => {
    const missing = resolveBundled({ bundle: reference, kind: 'task', name: 'kaniko' });
    await expect(missing).rejects.toThrow('could not find object in image with kind: task and name: kaniko');
  });
});

test('the same objects give the same bundle at another time and place', async () => {
  const manifests = releasedObjects().map(({ manifest }) => manifest);
  const { digest } = await bundleOf(manifests);
  const script =
    "const { releasedObjects, writeBundle } = await import('./scripts/release/tekton-bundle.ts');" +
    `console.log((await writeBundle(process.argv[1], releasedObjects(), '${VERSION}')).digest);`;
  const args = ['-c', 'umask 077; exec "$@"', 'sh', process.execPath, '--input-type=module', '--eval', script];
  const printed = execFileSync('sh', [...args, path.join(await temporaryDirectory(), 'bundle')], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'Asia/Kathmandu', LC_ALL: 'C' },
  });
  expect(printed.trim()).toBe(digest);
});

test.each([
  ['more objects than Tekton takes', Array.from({ length: 21 }, (_, index) => manifestOf(`task-${index}`)), '21'],
  ['two objects of a name and kind', [manifestOf('a'), manifestOf('b'), manifestOf('a')], 'task "a" twice'],
  ['what is no object', ['a: b\n'], 'an apiVersion, a kind and a name'],
])('a bundle can not have %s', async (_, manifests, message) => {
  await expect(bundleOf(manifests)).rejects.toThrow(message);
});

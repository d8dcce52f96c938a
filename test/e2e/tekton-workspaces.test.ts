import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderTask } from '../bench/tekton.ts';
import { requiresDocker } from '../support/requires.ts';
import { extractAppFiles } from './support/app-files.ts';
import { byDigest, codesOf, dockerConfig, FIXED, SEVERAL_CLAIMS, startTekton, type Tekton } from './support/tekton.ts';

const PASSWORD = 'password-of-ann';
const PROCFILE = ['samples/procfile'];
/** Where the builder says that its run image is; only a mirror has it. */
const CANONICAL = 'registry.bench.invalid/base/run:1';

requiresDocker('workspaces of the Tekton Task, as Kubernetes mounts them:', () => {
  describe('on a registry with tokens and a private authority', () => {
    let tekton: Tekton;
    beforeAll(async () => {
      tekton = await startTekton({
        buildpacks: ['procfile'],
        registry: { tls: true, auth: { kind: 'token', users: { ann: { password: PASSWORD } } } },
      });
    });
    afterAll(() => tekton.stop());

    it('dockerconfig is a Secret, ca-certs a ConfigMap; the password is printed nowhere', async () => {
      const { world } = tekton;
      const image = world.image('app');
      const run = await tekton.run({
        params: { image, buildpacks: PROCFILE, 'log-level': 'debug' },
        workspaces: {
          dockerconfig: { kind: 'secret', data: { 'config.json': dockerConfig(world) } },
          'ca-certs': { kind: 'configMap', data: { 'corp.crt': await readFile(world.registry.ca ?? '', 'utf8') } },
        },
      });
      expect(run.results, run.text).toMatchObject({ IMAGE_DIGEST: await world.digest(image) });
      expect(run.text).not.toContain(PASSWORD);
      expect(run.text).not.toContain(Buffer.from(`ann:${PASSWORD}`).toString('base64'));
    });

    it('both may be volumes with folders', async () => {
      const { world } = tekton;
      const image = world.image('folders');
      const ca = await readFile(world.registry.ca ?? '', 'utf8');
      const run = await tekton.run({
        params: { image, buildpacks: PROCFILE },
        workspaces: {
          dockerconfig: { kind: 'directory', path: await tekton.volumeOf({ 'config.json': dockerConfig(world) }) },
          'ca-certs': { kind: 'directory', path: await tekton.volumeOf({ 'corp.crt': ca }) },
        },
        featureFlags: SEVERAL_CLAIMS,
      });
      expect(run.results, run.text).toMatchObject({ IMAGE_DIGEST: await world.digest(image) });
    });

    it('without dockerconfig the registry’s refusal is told, and how to log in', async () => {
      const { world } = tekton;
      const run = await tekton.run({
        params: { image: world.image('app'), buildpacks: PROCFILE },
        workspaces: {
          'ca-certs': { kind: 'configMap', data: { 'corp.crt': await readFile(world.registry.ca ?? '', 'utf8') } },
        },
      });
      expect(codesOf(run), run.text).toEqual([2, 1, 1]);
      expect(run.steps[0]?.log).toMatch(/give one .*in Tekton the workspace dockerconfig/);
    });

    it('without ca-certs the certificate is told to be what is not trusted', async () => {
      const { world } = tekton;
      const run = await tekton.run({
        params: { image: world.image('app'), buildpacks: PROCFILE },
        workspaces: { dockerconfig: { kind: 'secret', data: { 'config.json': dockerConfig(world) } } },
      });
      expect(run.results, run.text).toEqual({});
      expect(run.steps[0]?.log).toMatch(/not trusted/);
    });
  });

  describe('on an open registry', () => {
    let tekton: Tekton;
    beforeAll(async () => {
      tekton = await startTekton({ buildpacks: ['procfile', 'binding-probe'] });
    });
    afterAll(() => tekton.stop());

    it('bindings are folders of a projected volume, each seen by buildpacks with its files', async () => {
      const { world } = tekton;
      const image = world.image('bindings');
      const settings = JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'settings' },
        stringData: { kind: 'maven', text: '<settings/>\n', host: 'db.test' },
      });
      const items = [
        { key: 'kind', path: 'maven/type' },
        { key: 'text', path: 'maven/settings.xml' },
        { key: 'kind', path: 'other/type' },
        { key: 'host', path: 'other/host' },
      ];
      const run = await tekton.run({
        params: { image, buildpacks: ['test/binding-probe'] },
        workspaces: { bindings: { kind: 'projected', sources: [{ secret: { name: 'settings', items } }] } },
        objects: [settings],
      });
      expect(run.succeeded, run.text).toBe(true);
      const report = await extractAppFiles(image, '/layers/test_binding-probe/report', world.registry.access);
      const read = async (name: string) =>
        Buffer.from(await readFile(path.join(report, 'bindings', name), 'utf8'), 'base64').toString();
      expect(await readFile(path.join(report, 'modes.txt'), 'utf8')).not.toContain('..');
      expect([await read('maven/type'), await read('maven/settings.xml'), await read('other/host')]).toEqual([
        'maven',
        '<settings/>\n',
        'db.test',
      ]);
    });

    it('registries-conf names the mirror that has the run image', async () => {
      const { world } = tekton;
      const name = await world.addBuilder('mirrored', { runImage: CANONICAL });
      const builder = await byDigest(world, name);
      const conf = ['[[registry]]', 'prefix = "registry.bench.invalid/base"', `location = "${world.registry.host}"`];
      const image = world.image('mirrored-app');
      const run = await tekton.run({
        params: { image, builder, buildpacks: PROCFILE },
        workspaces: { 'registries-conf': { kind: 'configMap', data: { 'registries.conf': conf.join('\n') } } },
      });
      expect(run.results, run.text).toMatchObject({ BASE_IMAGE_DIGEST: await world.digest(world.runImage) });
      const { config } = await world.config(image);
      expect(config.Labels['io.buildpacks.lifecycle.metadata']).toContain(CANONICAL);
    });

    it('the app is in a folder of a volume of somebody else, and nothing of the volume is written', async () => {
      const source = await tekton.volumeOf({ 'app/Procfile': 'web: true\n', 'app/sub/file': 'x', 'other/file': 'y' });
      const before = await stateOf(source);
      const run = await tekton.run({
        params: { image: tekton.world.image('sub'), path: 'app', buildpacks: PROCFILE },
        workspaces: { source: { kind: 'directory', path: source } },
      });
      expect(run.succeeded, run.text).toBe(true);
      expect(await stateOf(source)).toEqual(before);
    });

    it('a file of the app that only somebody else may read is named', async () => {
      const source = await tekton.volumeOf({ Procfile: 'web: true\n', secret: 'x' });
      await chmod(path.join(source, 'secret'), 0o600);
      const run = await tekton.run({
        params: { image: tekton.world.image('unreadable'), buildpacks: PROCFILE },
        workspaces: { source: { kind: 'directory', path: source } },
      });
      expect(codesOf(run).slice(1), run.text).toEqual([1, 1]);
      expect(run.steps[0]?.log).toMatch(/^error: .*secret/m);
    });

    it('an optional object that is not there is an empty volume, and stands for nothing', async () => {
      const empty = { kind: 'projected', sources: [{ secret: { name: 'missing', optional: true } }] } as const;
      const run = await tekton.run({
        params: { image: tekton.world.image('optional'), buildpacks: PROCFILE },
        workspaces: { dockerconfig: empty, 'ca-certs': empty, bindings: empty, 'registries-conf': empty },
      });
      expect(run.succeeded, run.text).toBe(true);
    });
  });
});

describe('Tekton itself refuses a run without the workspace source', () => {
  it('and says so', async () => {
    const { problems, pod } = await renderTask({ task: FIXED, params: { builder: 'b' } });
    expect(problems.join('\n')).toContain('declared workspace "source" is required but has not been bound');
    expect(pod).toBeUndefined();
  });
});

/** Of each file and folder of a volume: owner, mode, times and content. */
async function stateOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries.map(({ parentPath, name }) => path.join(parentPath, name)).sort();
  return Promise.all(
    [directory, ...names].map(async (name) => {
      const found = await stat(name);
      const content = found.isFile() ? await readFile(name, 'utf8') : '';
      return [name, found.uid, found.gid, found.mode, found.mtimeMs, found.ctimeMs, content].join(' ');
    }),
  );
}

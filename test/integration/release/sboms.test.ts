import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { command } from '../../bench/command.ts';
import { ROOT } from '../../support/documents.ts';

interface Sbom {
  readonly serialNumber: string;
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}

test('the bills of materials name what is in the bundles, as the licences beside the action do', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await command(process.execPath, ['scripts/release.ts', 'sboms', directory], { directory: ROOT });
  const [cli, action] = await Promise.all([sbom(directory, 'buildpacks-ci'), sbom(directory, 'github-action')]);
  const licences = await readFile(path.join(ROOT, 'packages/github-action/dist/licences.txt'), 'utf8');
  const licensed = [...licences.matchAll(/^-+\n(\S+ \S+)$/gm)].map(([, name]) => name);
  expect(action.components.map(({ name, version }) => `${name} ${version}`)).toEqual(licensed);
  expect(action.components.find(({ name }) => name === '@actions/core')?.purl).toMatch(/^pkg:npm\/%40actions\/core@\d/);
  expect(action.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  // npm's own bill leaves this one out.
  expect(cli.components.map(({ name }) => name)).toContain('yaml');
});

async function sbom(directory: string, name: string): Promise<Sbom> {
  return JSON.parse(await readFile(path.join(directory, `${name}.cdx.json`), 'utf8')) as Sbom;
}

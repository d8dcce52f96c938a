import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { validateWorkflow } from '../../bench/argo.ts';
import { validateObjects } from '../../bench/tekton.ts';
import { ROOT } from '../../support/documents.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  /** Of a ConfigMap: files, some of which are given to Kubernetes by what mounts them. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Tekton Triggers, a program of its own: nobody here reads its objects. */
const TRIGGERS = /^triggers\.tekton\.dev\//;

/** All files of a folder that Kubernetes would be given, those of a new sample too. */
function objectsIn(folder: string): readonly Manifest[] {
  const files = globSync(`${folder}/**/*.yaml`, { cwd: ROOT });
  expect(files).not.toEqual([]);
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(path.join(ROOT, file), 'utf8')).map((document) => document.toJS() as Manifest),
  );
}

describe('every object below tekton', () => {
  it('is one that Tekton and Kubernetes take', async () => {
    const objects = objectsIn('tekton').filter(({ apiVersion }) => !TRIGGERS.test(apiVersion));
    const later = objects.flatMap(({ data = {} }) => Object.entries(data).filter(([file]) => file.endsWith('.yaml')));
    const texts = [...objects.map((object) => stringify(object)), ...later.map(([, text]) => text)];
    await expect(validateObjects(texts)).resolves.toEqual([]);
  });
});

describe('every object below argo', () => {
  const isArgo = ({ apiVersion }: Manifest): boolean => apiVersion.startsWith('argoproj.io/');

  it('is one that Argo takes', async () => {
    const objects = objectsIn('argo').filter(isArgo);
    await expect(validateWorkflow(objects.map((object) => stringify(object)))).resolves.toEqual([]);
  });

  it('is one that Kubernetes takes, when it is not Argo’s', async () => {
    const objects = objectsIn('argo').filter((object) => !isArgo(object));
    await expect(validateObjects(objects.map((object) => stringify(object)))).resolves.toEqual([]);
  });
});

import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderArgo } from '../../scripts/argo-files.ts';
import { renderDistribution } from '../../scripts/distribution-files.ts';
import { renderTemplates } from '../../scripts/gitlab-templates.ts';
import { releasedManifests } from '../../scripts/release/released-manifests.ts';
import { readRelease } from '../../scripts/release/release-file.ts';
import { releasedObjects } from '../../scripts/release/tekton-bundle.ts';
import { renderStepActions, renderTekton } from '../../scripts/tekton-files.ts';
import { ROOT } from '../support/documents.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const { version } = readRelease();

/** Artifact Hub's own lists, by the docs and code of its repository. */
const CATEGORIES = [
  ...['ai-machine-learning', 'database', 'integration-delivery', 'monitoring-logging', 'networking', 'security'],
  ...['skip-prediction', 'storage', 'streaming-messaging'],
];
const PACKAGE_FIELDS = [
  ...[
    'version',
    'name',
    'alternativeName',
    'category',
    'displayName',
    'createdAt',
    'description',
    'logoPath',
    'logoURL',
  ],
  ...['digest', 'license', 'homeURL', 'appVersion', 'containersImages', 'containsSecurityUpdates', 'operator'],
  ...['deprecated', 'prerelease', 'keywords', 'links', 'readme', 'install', 'changes', 'maintainers', 'provider'],
  ...['ignore', 'recommendations', 'screenshots', 'annotations'],
];
const DIGEST = /^[\w.-]+(?:\/[\w.-]+)+@sha256:[0-9a-f]{64}$/;

interface Link {
  readonly name: string;
  readonly url: string;
}
interface TektonObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly description: string };
}
interface ArgoPackage {
  readonly version: string;
  readonly name: string;
  readonly displayName: string;
  readonly createdAt: string;
  readonly description: string;
  readonly category: string;
  readonly links: readonly Link[];
  readonly containersImages: readonly { readonly image: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}
interface ImagesLock {
  readonly apiVersion: string;
  readonly kind: string;
  readonly images: readonly { readonly image: string; readonly annotations: Readonly<Record<string, string>> }[];
}

test.each([...renderDistribution()])('%s is fresh; "npm run generate" writes it', (file, text) => {
  expect(read(file)).toBe(text);
});

describe.each([...renderTekton(), ...renderStepActions()])('for Artifact Hub, %s', (file, text) => {
  const { kind, metadata, spec } = parse(text) as TektonObject;
  const annotation = (name: string): string => metadata.annotations[name] ?? '';

  test('is where a catalog of its kind has it, versioned by Git tags', () => {
    expect(file).toBe(`tekton/${kind.toLowerCase()}/${metadata.name}/${metadata.name}.yaml`);
    expect(metadata.labels['app.kubernetes.io/version']).toBe(version);
  });

  test('says what it is, for which Tekton and which platforms', () => {
    expect(spec.description).not.toBe('');
    expect(annotation('tekton.dev/displayName')).not.toBe('');
    expect(annotation('tekton.dev/pipelines.minVersion')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(annotation('tekton.dev/platforms').split(',')).toEqual(['linux/amd64', 'linux/arm64']);
    expect(CATEGORIES).toContain(annotation('artifacthub.io/category'));
  });

  test('has links, in YAML, to pages that there are', () => {
    const links = parse(annotation('artifacthub.io/links')) as readonly Link[];
    expect(links.map(({ name }) => name)).toContain('support');
    expect(links.flatMap(({ url }) => missingPages(url))).toEqual([]);
  });
});

describe.each(globSync('argo/*/artifacthub-pkg.yml', { cwd: ROOT }).sort())('for Artifact Hub, %s', (file) => {
  const listing = parse(read(file)) as ArgoPackage;

  test('has no field that it does not know, since it reads the file strictly', () => {
    expect(Object.keys(listing).filter((field) => !PACKAGE_FIELDS.includes(field))).toEqual([]);
  });

  test('has what a listing needs', () => {
    expect(listing.version).toBe(version);
    expect(listing.name).toMatch(/^[a-z\d-]+$/);
    expect(listing.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect([listing.displayName, listing.description]).not.toContain('');
    expect(CATEGORIES).toContain(listing.category);
    expect(listing.annotations['argo/version']).toMatch(/^>= \d+\.\d+\.\d+$/);
  });

  test('is beside the template, with the image of it', () => {
    const manifests = read(path.join(path.dirname(file), 'manifests.yaml'));
    expect(listing.containersImages.filter(({ image }) => !manifests.includes(image))).toEqual([]);
    expect(listing.containersImages[0]?.image).toMatch(DIGEST);
  });

  test('has links to pages that there are', () => {
    expect(listing.links.flatMap(({ url }) => missingPages(url))).toEqual([]);
  });
});

test('templates for Argo have names of their own', () => {
  const listings = globSync('argo/*/artifacthub-pkg.yml', { cwd: ROOT }).map(
    (file) => parse(read(file)) as ArgoPackage,
  );
  expect(new Set(listings.map(({ name }) => name)).size).toBe(renderArgo().size);
});

describe('images.yml', () => {
  const lock = parse(read('images.yml')) as ImagesLock;
  const listed = lock.images.map(({ image }) => image);

  test('is a lock file of imgpkg, each image by its digest', () => {
    expect([lock.apiVersion, lock.kind]).toEqual(['imgpkg.carvel.dev/v1alpha1', 'ImagesLock']);
    expect(listed.filter((image) => !DIGEST.test(image))).toEqual([]);
    expect(lock.images.map(({ annotations }) => annotations['kbld.carvel.dev/id']?.split(':').at(-1))).toEqual(
      listed.map(() => version),
    );
  });

  test('has every image that manifests and templates name', () => {
    const texts = [...renderTekton(), ...renderStepActions(), ...renderArgo(), ...renderTemplates()].map(
      ([, text]) => text,
    );
    const named = texts.flatMap((text) => [...text.matchAll(/[\w./-]+@sha256:[0-9a-f]{64}/g)].map(([image]) => image));
    expect(named).not.toEqual([]);
    expect(named.filter((image) => !listed.includes(image))).toEqual([]);
  });
});

test.each(globSync(['tekton/task/*/README.md', 'argo/*/README.md'], { cwd: ROOT }).sort())(
  '%s links to pages that there are',
  (file) => {
    const urls = [...read(file).matchAll(/\]\((https:[^)]+)\)/g)].map(([, url = '']) => url);
    expect(urls.flatMap(missingPages)).toEqual([]);
  },
);

describe.each(globSync('tekton/task/*/README.md', { cwd: ROOT }).sort())('%s', (file) => {
  test('has a column for each step, and a row for each setting of its security', () => {
    const { name } = path.parse(path.dirname(file));
    const task = parse(read(`tekton/task/${name}/${name}.yaml`)) as {
      readonly spec: { readonly steps: readonly { readonly name: string; readonly securityContext: object }[] };
    };
    const page = read(file);
    expect(page).toContain(`|  | ${task.spec.steps.map((step) => `\`${step.name}\``).join(' | ')} |`);
    const settings = new Set(task.spec.steps.flatMap(({ securityContext }) => Object.keys(securityContext)));
    expect([...settings].filter((setting) => !page.includes(`| \`${setting}\` | `))).toEqual([]);
  });
});

test('nothing in the bundle for Tekton names the bundle, whose digest it decides', () => {
  const { repository } = readRelease().tektonBundle;
  expect(releasedObjects().filter(({ manifest }) => manifest.includes(repository))).toEqual([]);
});

test('a release has a file for each object, and the list of images', () => {
  const files = [...releasedManifests()];
  expect(files.map(([file]) => file)).toContain('images.yml');
  expect(files).toHaveLength(renderTekton().size + renderStepActions().size + renderArgo().size + 1);
});

/** Of a link to a file of the repository on GitHub: the file, when there is none. */
function missingPages(url: string): readonly string[] {
  const [, file] = /^https:\/\/github\.com\/buildpacks-ci\/buildpacks-ci\/blob\/[^/]+\/([^#]+)/.exec(url) ?? [];
  return file === undefined || existsSync(path.join(ROOT, file)) ? [] : [file];
}

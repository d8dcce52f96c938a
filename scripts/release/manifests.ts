import type { Version } from './version.ts';

type Json = Readonly<Record<string, unknown>>;

/** Files that hold the version, each rendered from the text that is there: from the root of the repository. */
export const VERSIONED: Readonly<Record<string, (text: string, version: Version) => string>> = {
  'release.json': (text, version) => render({ ...read(text), version }),
  'package.json': inManifest,
  'packages/core/package.json': inManifest,
  'packages/cli/package.json': inManifest,
  'packages/github-action/package.json': inManifest,
  'packages/gitlab-ci/package.json': inManifest,
  'packages/kubernetes/package.json': inManifest,
  'package-lock.json': inLock,
};

/** Our own packages have one version, and depend on each other by it. */
const OWN_SCOPE = '@buildpacks-ci/';

function inManifest(text: string, version: Version): string {
  return render(withVersion(read(text), version));
}

function inLock(text: string, version: Version): string {
  const lock = read(text);
  const packages = Object.entries(lock['packages'] as Readonly<Record<string, Json>>);
  // Those of the workspace are the root and the folders that are no dependency.
  const ours = packages.map(([folder, entry]): [string, Json] =>
    folder.includes('node_modules/') ? [folder, entry] : [folder, withVersion(entry, version)],
  );
  return render({ ...lock, version, packages: Object.fromEntries(ours) });
}

function withVersion(manifest: Json, version: Version): Json {
  const dependencies = Object.entries((manifest['dependencies'] ?? {}) as Json);
  const raised = dependencies.map(([name, range]) => [name, name.startsWith(OWN_SCOPE) ? version : range]);
  return { ...manifest, version, ...(dependencies.length > 0 && { dependencies: Object.fromEntries(raised) as Json }) };
}

function read(text: string): Json {
  return JSON.parse(text) as Json;
}

function render(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

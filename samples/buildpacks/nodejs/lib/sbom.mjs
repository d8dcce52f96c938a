// sbom.mjs APP LAYERS: writes LAYERS/{node,modules}.sbom.cdx.json (CycloneDX 1.5).
// The same app gives the same bytes: no time and no random serial number, for they are part of the image.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readLock, readPackage } from './app.mjs';

const HASHES = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

const [app, layers] = process.argv.slice(2);
write('node', { components: [nodeComponent()] });
if (existsSync(path.join(layers, 'modules.toml')))
  write('modules', modulesBom(readPackage(app), readLock(app).packages));

function write(layer, content) {
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, ...content };
  writeFileSync(path.join(layers, `${layer}.sbom.cdx.json`), `${JSON.stringify(bom, undefined, 2)}\n`);
}

function nodeComponent() {
  const { node: version } = process.versions;
  return {
    type: 'platform',
    'bom-ref': `pkg:generic/node@${version}`,
    name: 'node',
    version,
    licenses: [{ license: { id: 'MIT' } }],
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl: `pkg:generic/node@${version}`,
  };
}

function modulesBom(manifest, packages) {
  const name = manifest.name ?? path.basename(app);
  const root = { type: 'application', 'bom-ref': `app:${name}`, name, ...versionOf(manifest) };
  const installed = Object.keys(packages).filter((where) => where !== '' && isInstalled(packages[where]));
  // npm may install one version in several places: one component, with the dependencies of all places.
  const components = new Map(installed.map((where) => [reference(where, packages), component(where, packages)]));
  const dependencies = new Map([[root['bom-ref'], dependsOn('', packages)]]);
  for (const where of installed) {
    const ref = reference(where, packages);
    dependencies.set(ref, [...new Set([...(dependencies.get(ref) ?? []), ...dependsOn(where, packages)])].sort());
  }
  return {
    metadata: { component: root },
    components: [...components.values()],
    dependencies: [...dependencies].map(([ref, refs]) => ({ ref, dependsOn: refs })),
  };
}

function component(where, packages) {
  const entry = packages[where];
  const [name, group] = moduleName(where, entry).split('/').reverse();
  const ref = reference(where, packages);
  return {
    type: 'library',
    'bom-ref': ref,
    ...(group && { group }),
    name,
    ...versionOf(entry),
    ...(entry.integrity && { hashes: hashes(entry.integrity) }),
    ...(entry.license && { licenses: [license(entry.license)] }),
    purl: ref,
  };
}

/** What is installed at a place, by purl, from what it asks for: Node's look-up, from the place itself upwards. */
function dependsOn(where, packages) {
  const { dependencies, optionalDependencies } = packages[where];
  return Object.keys({ ...dependencies, ...optionalDependencies })
    .map((name) => ancestors(where).map((at) => path.posix.join(at, 'node_modules', name)))
    .map((places) => places.find((place) => packages[place] && isInstalled(packages[place])))
    .filter((place) => place !== undefined)
    .map((place) => reference(place, packages))
    .sort();
}

/** `node_modules/a/node_modules/b` → itself, `node_modules/a`, and the root. */
function ancestors(where) {
  const parent = where.includes('/node_modules/') ? where.slice(0, where.lastIndexOf('/node_modules/')) : '';
  return where === '' ? [''] : [where, ...ancestors(parent)];
}

/** Whether npm installs an entry of the lock file here: not for development only, not for another platform. */
function isInstalled({ dev, os, cpu }) {
  return !dev && allows(os, process.platform) && allows(cpu, process.arch);
}

/** npm's rule for `os` and `cpu`: a name or several, `!name` for all but that one. */
function allows(rules, value) {
  const names = [rules ?? []].flat();
  const allowed = names.filter((name) => !name.startsWith('!'));
  return !names.includes(`!${value}`) && (allowed.length === 0 || allowed.includes(value));
}

function moduleName(where, entry) {
  return entry.name ?? where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function reference(where, packages) {
  const entry = packages[where];
  const name = moduleName(where, entry).replace('@', '%40');
  return `pkg:npm/${name}${entry.version ? `@${encodeURIComponent(entry.version)}` : ''}`;
}

function versionOf({ version }) {
  return version ? { version } : {};
}

/** Subresource integrity, `sha512-<base64> …`, as CycloneDX hashes. */
function hashes(integrity) {
  return integrity
    .split(/\s+/)
    .map((part) => part.split('-', 2))
    .filter(([algorithm]) => HASHES[algorithm])
    .map(([algorithm, digest]) => ({ alg: HASHES[algorithm], content: Buffer.from(digest, 'base64').toString('hex') }));
}

function license(text) {
  const isExpression = /^[\w.+() -]+$/.test(text) && !/^(SEE LICENSE|UNLICENSED)/.test(text);
  return isExpression ? { expression: text } : { license: { name: text } };
}

/**
 * The steps of a release that are ours; `docs/releasing.md` tells the whole.
 *
 * Usage: node scripts/release.ts prepare VERSION   writes the version where it is held, and the changelog's section
 *        node scripts/release.ts check TAG         compares the tag with what the commit says; prints the moving tag, if there is one
 *        node scripts/release.ts notes TAG COMMIT  prints the notes of the release
 *        node scripts/release.ts component DIRECTORY   writes the files of the GitLab components' project
 *        node scripts/release.ts sboms DIRECTORY   writes a bill of materials for each bundle, and for the tool image of each platform
 *        node scripts/release.ts manifests DIRECTORY   writes what is for Tekton and Argo, a file for each object, and the list of images
 *        node scripts/release.ts tekton DIRECTORY      writes the bundle for Tekton as an OCI layout, and fails when release.json has another one
 *        node scripts/release.ts tekton DIRECTORY write   and puts its digest into release.json
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { COMMAND_LINE, GITHUB_ACTION, packagesOf, ROOT } from './bundle.ts';
import { cutRelease, releaseNotes } from './release/changelog.ts';
import { componentProject, includeLine } from './release/component-project.ts';
import { VERSIONED } from './release/manifests.ts';
import { releasedManifests } from './release/released-manifests.ts';
import { byDigest, readRelease, withDigest } from './release/release-file.ts';
import { npmComponent, renderSbom } from './release/sbom.ts';
import { releasedObjects, writeBundle } from './release/tekton-bundle.ts';
import { movingTag, parseVersion, type Version } from './release/version.ts';
import { ARCHITECTURES } from './tool-image/architecture.ts';
import { readPins } from './tool-image/pins.ts';
import { ownPrograms } from './tool-image/program-layer.ts';
import { imageSbom } from './tool-image/sbom.ts';

const CHANGELOG = 'CHANGELOG.md';
/** `owner/name` on GitHub. */
const REPOSITORY = process.env['GITHUB_REPOSITORY'] ?? 'OWNER/buildpacks-ci';

const [step, name = '', commit = ''] = process.argv.slice(2);
if (step === 'prepare') prepare(parseVersion(name));
else if (step === 'check') check(versionOf(name));
else if (step === 'notes') process.stdout.write(notes(versionOf(name)));
else if (step === 'component') writeComponent(path.resolve(name));
else if (step === 'sboms') await writeSboms(path.resolve(name));
else if (step === 'manifests') writeManifests(path.resolve(name));
else if (step === 'tekton') await writeTekton(path.resolve(name), commit);
else
  throw new Error(
    `"${step ?? ''}" is no step of a release: prepare, check, notes, component, sboms, manifests, tekton`,
  );

function prepare(version: Version): void {
  const date = new Date().toISOString().slice(0, 10);
  write(CHANGELOG, cutRelease(read(CHANGELOG), version, date));
  for (const [file, render] of Object.entries(VERSIONED)) write(file, render(read(file), version));
}

function check(version: Version): void {
  releaseNotes(read(CHANGELOG), version);
  const other = Object.entries(VERSIONED).filter(([file, render]) => read(file) !== render(read(file), version));
  if (other.length > 0) throw new Error(`not of version ${version}: ${other.map(([file]) => file).join(', ')}`);
  process.stdout.write(movingTag(version) ?? '');
}

function notes(version: Version): string {
  const include = includeLine(process.env['GITLAB_PROJECT'] ?? 'GROUP/buildpacks-ci', version);
  const uses = `- uses: ${REPOSITORY}@${commit} # v${version}`;
  const { toolImage, tektonBundle } = readRelease();
  const parts = [
    releaseNotes(read(CHANGELOG), version),
    yamlBlock(uses),
    yamlBlock(include),
    `The tool image: \`${byDigest(toolImage)}\``,
    `The bundle for Tekton: \`${byDigest(tektonBundle)}\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

function yamlBlock(text: string): string {
  return `\`\`\`yaml\n${text}\n\`\`\``;
}

function writeComponent(directory: string): void {
  for (const [file, text] of componentProject(REPOSITORY)) {
    const target = path.join(directory, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

async function writeSboms(directory: string): Promise<void> {
  const { version } = readRelease();
  for (const [name, bundle] of Object.entries({ 'buildpacks-ci': COMMAND_LINE, 'github-action': GITHUB_ACTION })) {
    const components = (await packagesOf(bundle)).map(npmComponent);
    const sbom = renderSbom({ type: 'application', name: `${name}.cjs`, version }, components);
    writeFileSync(path.join(directory, `${name}.cdx.json`), sbom);
  }
  const programs = await ownPrograms();
  for (const architecture of ARCHITECTURES) {
    const sbom = imageSbom(architecture, version, readPins(), programs);
    writeFileSync(path.join(directory, `tool-image.${architecture}.cdx.json`), sbom);
  }
}

function writeManifests(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of releasedManifests()) writeFileSync(path.join(directory, file), text);
}

async function writeTekton(directory: string, action: string): Promise<void> {
  const { version, tektonBundle } = readRelease();
  const { digest } = await writeBundle(directory, releasedObjects(), version);
  if (action === 'write') write('release.json', withDigest(read('release.json'), 'tektonBundle', digest));
  else if (tektonBundle.digest !== digest)
    throw new Error(`release.json has ${tektonBundle.digest}, and this commit makes ${digest}`);
}

function versionOf(tag: string): Version {
  if (!tag.startsWith('v')) throw new Error(`"${tag}" is no tag of a release: v1.2.0 is one`);
  return parseVersion(tag.slice(1));
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function write(file: string, text: string): void {
  writeFileSync(path.join(ROOT, file), text);
}

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A package of which something is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its manifest has it. */
  readonly licence: string;
  /** Of the licence. */
  readonly text: string;
}

const LINE = '-'.repeat(80);

/**
 * All packages that files came from, by name and version.
 *
 * @param files from the root, as esbuild lists them
 * @throws Error when a package has no licence that could be shown
 */
export async function bundledPackages(files: readonly string[], root: string): Promise<readonly BundledPackage[]> {
  const directories = new Set(files.flatMap((file) => packageDirectory(file) ?? []));
  const packages = await Promise.all([...directories].map((directory) => readPackage(path.join(root, directory))));
  const byName = new Map(packages.map((each) => [`${each.name} ${each.version}`, each]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** Their licences as one text. */
export function renderLicences(packages: readonly BundledPackage[]): string {
  const parts = packages.map(
    ({ name, version, licence, text }) => `${name} ${version}\n${licence}\n\n${text.trim()}\n`,
  );
  return ['The program beside this file contains these packages.\n', ...parts].join(`\n${LINE}\n`);
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` is of `node_modules/a/node_modules/@b/c`. */
function packageDirectory(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

async function readPackage(directory: string): Promise<BundledPackage> {
  const manifest = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as Record<string, string>;
  const { name = '', version = '', license: licence = '' } = manifest;
  const file = (await readdir(directory)).sort().find((each) => /^licen[cs]e(?:[-.](?:md|txt|mit))?$/i.test(each));
  if (licence === '') throw new Error(`${name} tells no licence`);
  const text =
    file === undefined ? `Its package has no text of the licence.` : await readFile(path.join(directory, file), 'utf8');
  return { name, version, licence, text: text.replaceAll('\r\n', '\n') };
}

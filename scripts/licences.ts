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
 * @throws Error when a package has no licence, or none that could be shown
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
  const text = file === undefined ? standardText(manifest) : await readFile(path.join(directory, file), 'utf8');
  return { name, version, licence, text: text.replaceAll('\r\n', '\n') };
}

/**
 * For a package that names its licence and has no file with it.
 *
 * @throws Error when the licence is another than MIT, whose text asks to be passed on
 */
function standardText({ name = '', license = '', author = '' }: Record<string, string>): string {
  if (license !== 'MIT') throw new Error(`${name} has no text of its licence, ${license}`);
  return `The package has no file with this text.\n\nCopyright (c) ${author}\n\n${MIT}`;
}

/** @see https://spdx.org/licenses/MIT.html */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Writes every file that is made from the schema of inputs; with `--check` it only says which ones are stale. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderInputs } from '../packages/core/src/inputs/index.ts';
import { renderActionFile } from '../packages/github-action/src/action-file.ts';

interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly render: () => string;
}

const GENERATED: readonly GeneratedFile[] = [
  { path: 'docs/inputs.md', render: renderInputs },
  { path: 'action.yml', render: renderActionFile },
];

const root = path.resolve(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale: string[] = [];

for (const file of GENERATED) {
  const absolute = path.join(root, file.path);
  const wanted = file.render();
  const current = await readFile(absolute, 'utf8').catch(() => undefined);
  if (current === wanted) continue;
  stale.push(file.path);
  if (!check) await writeFile(absolute, wanted);
}

for (const file of stale) console.log(check ? `${file} is stale: run "npm run generate"` : `wrote ${file}`);
if (check && stale.length > 0) process.exitCode = 1;

/**
 * Writes every file that is made from others and kept in the repository: from the schema of inputs, and the action's bundle. With
 * `--check` it only says which ones are stale.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderInputs } from '../packages/core/src/inputs/index.ts';
import { renderActionFiles } from '../packages/github-action/src/action-file.ts';
import { GITHUB_ACTION, makeBundle, ROOT } from './bundle.ts';
import { withSection } from './generated-section.ts';
import { renderTemplates } from './gitlab-templates.ts';
import { renderArgo } from './argo-files.ts';
import { renderDistribution } from './distribution-files.ts';
import { renderPolicyRules, renderPolicySchema } from './policy-files.ts';
import { renderStepActions, renderTekton, withTektonTables } from './tekton-files.ts';
import { renderNames, renderOutputs, renderOwnInputs } from './github-tables.ts';

/** By path from the root of the repository. */
const generated: ReadonlyMap<string, string> = new Map([
  ['docs/inputs.md', renderInputs()],
  ...renderActionFiles(),
  ['README.md', withSection(await page('README.md'), 'inputs', renderNames())],
  ['docs/github.md', withSections(await page('docs/github.md'))],
  await renderPolicySchema(),
  ['docs/policy.md', withSection(await page('docs/policy.md'), 'rules', renderPolicyRules())],
  ...renderTemplates(),
  ...renderTekton(),
  ...renderStepActions(),
  ['tekton/README.md', withTektonTables(await page('tekton/README.md'))],
  ...renderArgo(),
  ...renderDistribution(),
  ...(await makeBundle(GITHUB_ACTION)),
]);

const check = process.argv.includes('--check');
const stale: string[] = [];

for (const [file, wanted] of generated) {
  const absolute = path.join(ROOT, file);
  const current = await readFile(absolute, 'utf8').catch(() => undefined);
  if (current === wanted) continue;
  stale.push(file);
  if (check) continue;
  await mkdir(path.dirname(absolute), { recursive: true });
  await writeFile(absolute, wanted);
}

for (const file of stale) console.log(check ? `${file} is stale: run "npm run generate"` : `wrote ${file}`);
if (check && stale.length > 0) process.exitCode = 1;

function withSections(text: string): string {
  return withSection(withSection(text, 'inputs', renderOwnInputs()), 'outputs', renderOutputs());
}

async function page(file: string): Promise<string> {
  return readFile(path.join(ROOT, file), 'utf8');
}

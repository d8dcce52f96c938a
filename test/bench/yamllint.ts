import path from 'node:path';
import { ROOT } from './cache.ts';
import { lintWith, pythonTool } from './python-tool.ts';

const NAME = 'yamllint';
const SETTINGS = path.join(ROOT, '.yamllint');

/** Installs it. */
export async function yamllint(): Promise<string> {
  return pythonTool(NAME);
}

/**
 * What yamllint finds in files with the settings of this repository, warnings too: `FILE:LINE:COLUMN: [LEVEL] WHAT (RULE)` for each.
 *
 * @param files from `directory`
 */
export async function yamlProblems(directory: string, files: readonly string[]): Promise<readonly string[]> {
  const settings = ['--config-file', SETTINGS, '--format', 'parsable'];
  const printed = await lintWith(NAME, [...settings, ...files], directory);
  return printed.split('\n').filter((line) => line !== '');
}

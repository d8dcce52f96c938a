import path from 'node:path';
import { pythonTool } from './python-tool.ts';

/** The path of `zizmor`, the linter that looks for what can be attacked in workflows and actions: a program in a Python wheel. */
export async function zizmor(): Promise<string> {
  return path.join(await pythonTool('zizmor'), 'bin', 'zizmor');
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Milliseconds from the start of Node to the first thing that the action says; without inputs, that is what it lacks.
 *
 * @param action the shipped file
 * @param workspace an empty folder
 */
export async function measureStart(action: string, workspace: string): Promise<number> {
  const started = performance.now();
  const environment = { GITHUB_WORKSPACE: workspace, RUNNER_TEMP: workspace };
  const child = spawn(process.execPath, [action], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  const milliseconds = performance.now() - started;
  child.stdout.resume();
  await ended;
  return milliseconds;
}

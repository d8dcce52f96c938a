import { throwIfCancelled } from '../cancellation.ts';
import type { EnginePorts } from '../ports.ts';
import type { EngineRun } from '../types.ts';
import { lifecycleStatus } from './status.ts';
import { scriptPrograms } from './tool-folder.ts';

/**
 * Runs one of the constant scripts, in which the run's command is started, and gives that command's exit status.
 *
 * @param args of the shell, from `-c` on
 * @throws BuildpacksError `cancelled`, or `engine` when the command was never started
 */
export async function runScript(
  { signal, onLine }: EngineRun,
  args: readonly string[],
  { processes }: Pick<EnginePorts, 'processes'>,
): Promise<number> {
  const { shell: file, environment } = scriptPrograms();
  const outcome = await processes.run({ file, args, environment, signal, killAfter: 0, onLine });
  throwIfCancelled(signal);
  return lifecycleStatus(outcome);
}

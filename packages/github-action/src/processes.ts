import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { getExecOutput } from '@actions/exec';
import { type Command, createProcessRunner, findProgram, type Outcome, type ProcessRunner } from '@buildpacks-ci/core';

/** As much as the port gives of each output, in characters. */
const MOST_OUTPUT = 1024 * 1024;

/**
 * Runs its arguments with empty input. The toolkit would leave the input open for ever, or write to it, and then die of a process that has
 * ended before; and it reads the program's name as a command line, in which not every path can be written.
 */
const WITHOUT_INPUT = ['-c', 'exec "$@" </dev/null', 'sh'];

/**
 * The process port of this host. Commands that are only run and asked for what they printed go by GitHub's toolkit. It can't end a process,
 * or stream to it and from it: whatever needs that goes by core's own runner.
 *
 * @param environment what processes get that are given none of their own; its PATH finds the programs
 */
export function createActionProcesses(environment: Readonly<Record<string, string>>): ProcessRunner {
  const own = createProcessRunner({ environment });
  return { run: (command) => (isPlain(command) ? runByToolkit(command, environment) : own.run(command)) };
}

function isPlain({ input, signal, onLine, onStdout }: Command): boolean {
  return [input, signal, onLine, onStdout].every((each) => each === undefined);
}

async function runByToolkit(command: Command, environment: Readonly<Record<string, string>>): Promise<Outcome> {
  const file = await findProgram(command.file, environment['PATH']);
  // The shell's own failure would be an exit status.
  await access(file, constants.X_OK);
  const { exitCode, stdout, stderr } = await getExecOutput('/bin/sh', [...WITHOUT_INPUT, file, ...command.args], {
    env: { ...(command.environment ?? environment) },
    ignoreReturnCode: true,
    silent: true,
    ...(command.directory !== undefined && { cwd: command.directory }),
  });
  // By its types there is always a code; of a process that a signal has ended there is none, and nobody tells the signal.
  const status = (exitCode as number | null) ?? null;
  return { status, signal: null, stdout: stdout.slice(-MOST_OUTPUT), stderr: stderr.slice(-MOST_OUTPUT) };
}

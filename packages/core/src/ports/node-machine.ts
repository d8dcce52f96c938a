import { homedir, tmpdir } from 'node:os';
import type { Machine } from './index.ts';

/** Node's names for architectures that have another one in OCI images. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', mipsel: 'mipsle' };

/** The machine as a Node process sees it. */
export function machineOf(node: NodeJS.Process): Machine {
  return {
    uid: node.geteuid?.() ?? 0,
    gid: node.getegid?.() ?? 0,
    home: homeOf(),
    temporary: tmpdir(),
    architecture: ARCHITECTURES[node.arch] ?? node.arch,
    workingDirectory: node.cwd(),
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

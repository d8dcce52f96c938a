import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createNetwork,
  createProcessRunner,
  parseConnectionInputs,
  type Ports,
} from '../../../packages/core/src/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';

/** No input about the network at all. */
export const NO_CONNECTION = parseConnectionInputs({}, { environment: {}, workingDirectory: '/', now: 0 });

/** Core's ports on this machine, for tests that call it without the command line. */
export function corePorts(more: Partial<Ports> = {}): Ports {
  return {
    processes: createProcessRunner(),
    network: createNetwork({
      inputs: NO_CONNECTION,
      environment: {},
      home: '/nonexistent',
      clock: Date,
      log: SILENT_LOG,
      signal: new AbortController().signal,
    }),
    log: SILENT_LOG,
    clock: { now: Date.now, sleep: (milliseconds) => sleep(milliseconds) },
    environment: {},
    machine: {
      uid: process.getuid?.() ?? -1,
      gid: process.getgid?.() ?? -1,
      home: '/nonexistent',
      temporary: tmpdir(),
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      workingDirectory: process.cwd(),
    },
    signal: new AbortController().signal,
    ...more,
  };
}

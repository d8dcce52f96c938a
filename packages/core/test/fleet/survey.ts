import { surveyFleet } from '../../src/fleet/fleet.ts';
import { type FleetInputs, parseFleetInputs } from '../../src/fleet/inputs.ts';
import type { FleetImage, FleetReport } from '../../src/fleet/report.ts';
import type { RawInputs } from '../../src/inputs/index.ts';
import { type Ports, SILENT_LOG } from '../../src/ports/index.ts';
import { openNetwork } from '../support/network.ts';

/** When the surveys of tests are made. */
export const NOW = Date.UTC(2026, 10, 22);

const NOTHING: FleetInputs = {
  prefixes: [],
  lists: [],
  components: [],
  labels: [],
  tags: [],
  exclude: [],
  excludeTags: [],
};

/** A survey as the command makes it, with a network of this process. */
export async function survey(inputs: Partial<FleetInputs>, raw: RawInputs = {}): Promise<FleetReport> {
  const context = { environment: {}, workingDirectory: '/', now: NOW, architecture: 'amd64' };
  const request = parseFleetInputs(raw, { ...NOTHING, ...inputs }, context);
  return surveyFleet(request, portsOf(raw));
}

/** Those of a process that runs nothing and says nothing. */
export function portsOf(raw: RawInputs = {}): Ports {
  return {
    processes: { run: () => Promise.reject(new Error('no program is to be run')) },
    network: openNetwork(raw),
    log: SILENT_LOG,
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
    environment: {},
    machine: {
      uid: 0,
      gid: 0,
      home: '/nonexistent',
      temporary: '/tmp',
      architecture: 'amd64',
      workingDirectory: '/',
    },
    signal: new AbortController().signal,
  };
}

/** The one image of a survey. */
export function only({ images }: FleetReport): FleetImage {
  const [first, ...others] = images;
  if (first === undefined || others.length > 0) throw new Error(`there are ${images.length} images`);
  return first;
}

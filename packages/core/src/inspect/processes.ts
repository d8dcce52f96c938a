import type { BuildMetadata, ProcessMetadata } from '../lifecycle/labels.ts';
import type { ProcessSummary } from '../report/result.ts';
import { optional } from '../json/json.ts';
import type { ImageConfig } from '../image/manifest.ts';

/** Where the launcher has one link for each process type (platform specification, "launcher"). */
const PROCESS_DIRECTORY = '/cnb/process/';

/** The processes of an app image; the default one is that which the entrypoint starts. */
export function describeProcesses(config: ImageConfig, build: BuildMetadata | undefined): readonly ProcessSummary[] {
  const [entrypoint = ''] = config.config.Entrypoint;
  const started = entrypoint.startsWith(PROCESS_DIRECTORY) ? entrypoint.slice(PROCESS_DIRECTORY.length) : undefined;
  return (build?.processes ?? []).map((process) => summary(process, started));
}

function summary(process: ProcessMetadata, started: string | undefined): ProcessSummary {
  const { type, command, args, direct, workingDirectory } = process;
  return { type, command, args, direct, default: type === started, ...optional('workingDirectory', workingDirectory) };
}

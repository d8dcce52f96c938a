export type {
  ByteRange,
  CacheStore,
  ListedCache,
  NewIndex,
  PackFile,
  PrunedCache,
  StoredEntry,
  StoredIndex,
  VerifiedCache,
} from './cache/index.ts';
export { tokenAuth } from './auth/index.ts';
export { explained } from './cache/store/explained.ts';
export { build } from './build/build.ts';
export { prepareBuild, publishBuild, runBuild } from './build/stages.ts';
export * from './doctor/index.ts';
export { removeLeftovers } from './engine/index.ts';
export * from './errors/index.ts';
export * from './housekeeping/index.ts';
export { type Inspection, inspect } from './inspect/inspect.ts';
export { type InspectRequest, parseInspectInputs } from './inspect/inputs.ts';
export { type ConnectionContext, type ConnectionInputs, parseConnectionInputs } from './inputs/connection.ts';
export { INPUT_GROUPS, type InputDefinition, type InputGroup } from './inputs/definition.ts';
export { mistakenInput, unknownInput } from './inputs/habits.ts';
export { nearestName } from './errors/nearest-name.ts';
export { parsePublishInputs, type PublishInputs } from './inputs/publish.ts';
export { type ParseContext, parseInputs } from './inputs/parse.ts';
export type { RawInputs } from './inputs/reader.ts';
export type { BuildRequest } from './inputs/request.ts';
export { environmentName, type InputName, INPUTS } from './inputs/schema.ts';
export type { CiFacts } from './inputs/trust.ts';
export { optional } from './json/json.ts';
export { createSecretMask, type SecretMask } from './log/secret-mask.ts';
export { type Colours, harmlessLine, plainText } from './log/terminal-text.ts';
export { createNetwork, type NetworkOptions } from './network/index.ts';
export * from './ports/index.ts';
export { environmentOf, machineOf } from './ports/node-machine.ts';
export { createProcessRunner, findProgram } from './ports/node-processes.ts';
export { abortOnSignals } from './ports/stop-signals.ts';
export { formatDuration } from './report/duration.ts';
export { inspectionJson, renderInspection } from './inspect/render.ts';
export { resultJson, writeResult } from './report/json.ts';
export { type BuildResult, RESULT_SCHEMA_VERSION } from './report/result.ts';
export { type MarkdownExtras, renderMarkdown } from './report/markdown.ts';
export { formatSize } from './report/size.ts';
export { renderResult } from './report/text.ts';
export { type Component, isCycloneDx, readComponents } from './sbom/components.ts';

export type { ListedCache, VerifiedCache } from './cache/index.ts';
export * from './airgap/index.ts';
export { type AuthFile, loginPlaces, type RegistryToken, tokenAuth } from './auth/index.ts';
export { explained } from './cache/store/explained.ts';
export { build } from './build/build.ts';
export { prepareBuild, publishBuild, runBuild } from './build/stages.ts';
export { BUILD_SCRIPT } from './build/staged/build-script.ts';
export { jobTools } from './build/staged/job-tools.ts';
export type { HandOverTerms } from './build/staged/hand-over-terms.ts';
export type { JobTools } from './build/staged/prepared-folder.ts';
export { prepareStaged, type StagedPreparation } from './build/staged/prepare-staged.ts';
export { publishStaged, type StagedBuild } from './build/staged/publish-staged.ts';
export * from './doctor/index.ts';
export { isBuildersProgram, removeLeftovers } from './engine/index.ts';
export { TOOL_FOLDER } from './engine/rootfs/tool-folder.ts';
export * from './errors/index.ts';
export { isBelow } from './files/file-kind.ts';
export { writeFileWhole } from './files/whole-file.ts';
export { surveyFleet } from './fleet/fleet.ts';
export { type FleetInputs, type FleetRequest, parseFleetInputs } from './fleet/inputs.ts';
export { fleetCsv } from './fleet/render-csv.ts';
export { fleetJson } from './fleet/render-json.ts';
export { fleetPage } from './fleet/render-html.ts';
export { renderFleet } from './fleet/render-text.ts';
export { FLEET_SCHEMA_VERSION, type FleetReport, type FleetSummary, summarizeFleet } from './fleet/report.ts';
export * from './housekeeping/index.ts';
export { type Inspection, inspect } from './inspect/inspect.ts';
export { type InspectRequest, parseInspectInputs } from './inspect/inputs.ts';
export { type ConnectionContext, type ConnectionInputs, parseConnectionInputs } from './inputs/connection.ts';
export { describeTrust } from './inputs/describe-trust.ts';
export { INPUT_GROUPS, type InputDefinition, type InputGroup } from './inputs/definition.ts';
export { unknownVariables, variableInputs } from './inputs/input-variables.ts';
export { mistakenInput, unknownInput } from './inputs/habits.ts';
export { nearestName } from './errors/nearest-name.ts';
export { describeInOneLine } from './inputs/one-line.ts';
export { parsePublishInputs, type PublishInputs } from './inputs/publish.ts';
export { type ParseContext, parseInputs } from './inputs/parse.ts';
export type { RawInputs } from './inputs/reader.ts';
export type { BuildRequest } from './inputs/request.ts';
export { CI_INPUTS, CONNECTION_INPUTS, environmentName, type InputName, INPUTS } from './inputs/schema.ts';
export type { CiFacts } from './inputs/trust.ts';
export { optional } from './json/json.ts';
export { errorBlock, errorTrace } from './log/error-block.ts';
export { LOG_LEVELS, type LogLevel, logLevelOf } from './log/log-level.ts';
export { createSecretMask, type SecretMask } from './log/secret-mask.ts';
export { createQuietProgress, type QuietProgress } from './log/quiet-progress.ts';
export type { PhaseEnd, Screen } from './log/screen.ts';
export { createScreenLog, type ScreenLogOptions } from './log/screen-log.ts';
export { COLOUR_STYLE, PLAIN_STYLE, type Style, wantsColours } from './log/style.ts';
export { type Colours, harmlessLine, plainText } from './log/terminal-text.ts';
export { createNetwork, type NetworkOptions } from './network/index.ts';
export { type Deadline, withDeadline } from './parallel/deadline.ts';
export { previewPolicy } from './build/policy/preview.ts';
export { checkImages } from './policy-check/check-images.ts';
export { parseCheckInputs } from './policy-check/inputs.ts';
export { parsePolicyTarget, pushPolicy } from './policy-check/push-policy.ts';
export {
  checkJson,
  type CheckOutcome,
  countRefused,
  PolicyError,
  readPolicyFile,
  renderCheck,
} from './policy/index.ts';
export * from './ports/index.ts';
export { allowBrokenPipe, clockOf, environmentOf, machineOf } from './ports/node-machine.ts';
export { createProcessRunner, findProgram } from './ports/node-processes.ts';
export { abortOnSignals } from './ports/stop-signals.ts';
export * from './rebase/index.ts';
export { formatDuration } from './report/duration.ts';
export { inspectionJson, renderInspection } from './inspect/render.ts';
export { resultJson, writeResult } from './report/json.ts';
export { type BuildResult, RESULT_SCHEMA_VERSION } from './report/result.ts';
export { type MarkdownExtras, renderMarkdown } from './report/markdown.ts';
export { formatSize } from './log/size.ts';
export { repositoryOf } from './report/repository-of.ts';
export { renderResult } from './report/text.ts';
export { type Digest, formatReference, isDigest, parseReference } from './reference/index.ts';
export { type Component, imageBills, isCycloneDx, readComponents } from './sbom/components.ts';

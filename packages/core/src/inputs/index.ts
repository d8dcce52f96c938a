export { type ConnectionContext, type ConnectionInputs, parseConnectionInputs } from './connection.ts';
export { INPUT_GROUPS, type InputDefinition, type InputGroup, type InputType } from './definition.ts';
export { renderInputs } from './docs.ts';
export { type BuildpackLocator, type InlineBuildpack, parseLocator, publicRegistryHint } from './locator.ts';
export { describeInOneLine, withoutLinks } from './one-line.ts';
export { parseInputs } from './parse.ts';
export type { ParseContext } from './parts.ts';
export { parsePublishInputs, type PublishInputs } from './publish.ts';
export type { RawInputs } from './reader.ts';
export type {
  AppSource,
  Binding,
  BindingEntry,
  BuilderSource,
  BuildRequest,
  CacheRequest,
  CacheStoreLocation,
  CreationTime,
  LayoutOutput,
  LoadTarget,
  PreviousImage,
} from './request.ts';
export { CI_INPUTS, environmentName, type InputName, INPUTS } from './schema.ts';
export {
  type CiFacts,
  decideTrust,
  type ProjectTomlRights,
  type TrustDecision,
  type TrustInputs,
  type TrustLevel,
} from './trust.ts';

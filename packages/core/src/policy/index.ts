export { pushPolicyArtifact } from './artifact.ts';
export { evaluate, type Judgement } from './evaluate.ts';
export type { ImageFact, PolicyFacts, RequestedBuildpack, RunImageFact } from './facts.ts';
export { imageFact, localImageFact } from './image-fact.ts';
export { type ImagePattern, matchImage, parseImagePattern } from './image-pattern.ts';
export { distinct, loadPolicies } from './load.ts';
export { madeFacts } from './made-facts.ts';
export {
  type CheckedSubject,
  type CheckOutcome,
  checkJson,
  checkVerdict,
  renderCheck,
  requirePolicy,
} from './outcome.ts';
export { parsePolicy } from './parse.ts';
export { asksFor, type Policy, POLICY_FILE, type Violation } from './policy.ts';
export { describeViolation, PolicyError, requireAllowed, requireHolding } from './refusal.ts';
export { parsePolicySource, type PolicySource, type PolicySurroundings, readPolicyFile } from './source.ts';

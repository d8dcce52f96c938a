export { type RebaseFigures, rebasedReferences, rebaseFigures } from './figures.ts';
export { parseRebaseInputs, type RebaseInputs, type RebaseRequest } from './inputs.ts';
export { parseRebaseJob, type RebaseJob, type RebaseJobContext } from './job-inputs.ts';
export { rebaseMarkdown } from './markdown.ts';
export { rebaseImages } from './rebase-images.ts';
export { rebaseJson, renderRebase } from './render.ts';
export type { ImageReport, RebaseMode, RebaseReport } from './report.ts';
export { REBASE_INPUTS, REBASE_OWN_INPUTS } from './schema.ts';
export { rebaseFailure } from './verdict.ts';

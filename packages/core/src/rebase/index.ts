export { parseRebaseInputs, type RebaseInputs, type RebaseRequest } from './inputs.ts';
export { rebaseMarkdown } from './markdown.ts';
export { rebaseImages } from './rebase-images.ts';
export { rebaseJson, renderRebase } from './render.ts';
export type { ImageReport, RebaseMode, RebaseReport } from './report.ts';
export { rebaseFailure } from './verdict.ts';

/** Where a job keeps what it reports and hands over, from the root of the project: GitLab takes only files in it. */
const FOLDER = '.buildpacks-ci';

export const CACHE_DIRECTORY = `${FOLDER}/cache`;
export const DOTENV = `${FOLDER}/build.env`;
export const BILLS = `${FOLDER}/gl-sbom-*.cdx.json`;
export const ANNOTATIONS = `${FOLDER}/annotations.json`;
export const RESULT = `${FOLDER}/result.json`;
/** What a rebase did, for programs and for people. */
export const REBASE_JSON = `${FOLDER}/rebase.json`;
export const REBASE_MARKDOWN = `${FOLDER}/rebase.md`;
/** What the job that prepares hands to the two others. */
export const PREPARED = `${FOLDER}/prepare`;
/** Tells the job that publishes which plan was prepared, out of reach of the job between them. */
export const PLAN_DOTENV = `${FOLDER}/plan.env`;
/** What the job that runs the buildpacks hands to the one that publishes. */
export const BUILT = `${FOLDER}/run`;

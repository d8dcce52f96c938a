import path from 'node:path';
import YAML from 'yaml';
import { ROOT } from '../cache.ts';
import { command } from '../command.ts';
import type { JobDefinition, Variable } from './job.ts';

/** A pipeline in which everything is included and filled in, and whose rules have been asked. */
export interface ExpandedPipeline {
  /** Jobs that this pipeline has, in the order of their stages. */
  readonly jobs: readonly (readonly [name: string, definition: JobDefinition])[];
}

interface Listed {
  readonly name: string;
  readonly when: string;
}

/** Jobs by their names, beside the pipeline's own keys. */
interface Expanded {
  readonly stages: readonly string[];
}

/** What gitlab-ci-local is asked for, each time with a folder for its state. */
const READINGS = ['--preview', '--list-json'] as const;

const PROGRAM = path.join(ROOT, 'node_modules', '.bin', 'gitlab-ci-local');

/**
 * Has gitlab-ci-local read `.gitlab-ci.yml` of a checked-out repository: includes, inputs and rules are not our own reading of GitLab's
 * documentation.
 *
 * @throws Error with what gitlab-ci-local says of a pipeline that is not valid
 */
export async function expandPipeline(
  repository: string,
  variables: readonly Variable[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ExpandedPipeline> {
  const given = variables
    .filter(({ file }) => file !== true)
    .flatMap(({ key, value }) => ['--variable', `${key}=${value}`]);
  // Else it warns, on standard output, that they are GitLab's to set.
  const known = `--ignore-predefined-vars=${variables.map(({ key }) => key).join(',')}`;
  const settings = [known, '--home', '../home', '--no-color'];
  // GitLab takes an empty list of tags, which its own editor's schema does not.
  const schema = ['--ignore-schema-paths', '#/definitions/tags/minItems'];
  const run = (reading: string) => {
    const args = [PROGRAM, reading, '--state-dir', stateOf('..', reading), ...settings, ...schema, ...given];
    return command(process.execPath, args, { directory: repository, environment });
  };
  const [preview = '', listing = ''] = await Promise.all(READINGS.map(run));
  const { stages, ...rest } = YAML.parse(preview) as Expanded;
  const listed = JSON.parse(listing) as readonly Listed[];
  const created = new Set(listed.filter(({ when }) => when !== 'never').map(({ name }) => name));
  const jobs = Object.entries(rest as Readonly<Record<string, JobDefinition>>)
    .filter(([name]) => created.has(name))
    .sort(([, a], [, b]) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
  return { jobs };
}

/**
 * Where gitlab-ci-local keeps what it downloads of the components that a pipeline includes. It finds out by itself which release is
 * meant, but a component that is included twice it downloads twice at once, over each other: whoever makes the components puts them there.
 *
 * @param directory the folder that the repository's folder is in
 * @param include for example `gitlab.example.test/acme/components/1.0.0`
 */
export function downloadsOf(directory: string, include: string): readonly string[] {
  return READINGS.map((reading) => path.join(stateOf(directory, reading), 'includes', include));
}

function stateOf(directory: string, reading: string): string {
  return path.join(directory, `state${reading}`);
}

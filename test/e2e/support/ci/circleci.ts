import { parse } from 'yaml';
import { BRANCHES, type CiEvent, type CiProduct, fileNamed, SHA } from './job.ts';

interface Config {
  readonly jobs: Readonly<Record<string, Job>>;
  readonly workflows: Readonly<Record<string, { readonly jobs: readonly Readonly<Record<string, Use>>[] }>>;
}

interface Job {
  readonly docker: readonly [{ readonly image: string }];
  readonly environment: Readonly<Record<string, string>>;
  readonly steps: readonly (string | { readonly run?: { readonly command: string } })[];
}

interface Use {
  readonly trust: string;
  readonly context?: string;
  readonly filters: { readonly branches?: Filter; readonly tags?: Filter };
}

/** Root's, in the tool image: `~/project` is where a job works. */
const HOME = '/opt/buildpacks-ci/home';

type Filter = Readonly<Partial<Record<'only' | 'ignore', string>>>;

/** Configuration reference, and "Project values and variables". A context is a set of secrets that jobs get by its name. */
export const CIRCLECI: CiProduct = {
  title: 'CircleCI',
  job(files, event, secrets) {
    const config = parse(fileNamed(files, '.circleci/config.yml')) as Config;
    const [[name, use]] = usesFor(config, event);
    const { docker, environment, steps } = config.jobs[name] as Job;
    const commands = steps.flatMap((step) => (typeof step === 'string' || !step.run ? [] : [step.run.command]));
    return {
      image: docker[0].image,
      flags: [],
      holder: ['sleep', '99d'],
      checkout: { directory: `${HOME}/project`, owner: 0 },
      environment: {
        CI: 'true',
        CIRCLECI: 'true',
        CIRCLE_SHA1: SHA,
        ...(event.kind === 'tag' ? { CIRCLE_TAG: event.name } : { CIRCLE_BRANCH: BRANCHES[event.kind] }),
        ...environment,
        ...(use.context === 'registry' && secrets),
      },
      steps: commands.map((command) => ({
        argv: ['/bin/sh', '-eo', 'pipefail', '-c', command.replace('<< parameters.trust >>', use.trust)],
      })),
    };
  },
};

function usesFor({ workflows }: Config, event: CiEvent): [[string, Use]] {
  const uses = Object.values(workflows).flatMap(({ jobs }) => jobs.flatMap((job) => Object.entries(job)));
  const matching = uses.filter(([, { filters }]) => runsFor(filters, event));
  const [one] = matching;
  if (one === undefined || matching.length > 1) throw new Error(`${matching.length} jobs run for a ${event.kind}`);
  return [one];
}

/** Tags run nothing that does not name them. */
function runsFor({ branches = {}, tags = {} }: Use['filters'], event: CiEvent): boolean {
  if (event.kind === 'tag') return matches(tags.only, event.name);
  const name = BRANCHES[event.kind];
  return branches.only === undefined ? !matches(branches.ignore, name) : matches(branches.only, name);
}

/** A name, or an expression between slashes for the whole of it. */
function matches(pattern: string | undefined, name: string): boolean {
  const [, expression] = /^\/(.*)\/$/.exec(pattern ?? '') ?? [];
  return expression === undefined ? pattern === name : new RegExp(`^(?:${expression})$`).test(name);
}

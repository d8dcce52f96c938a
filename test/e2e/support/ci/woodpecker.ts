import { parse } from 'yaml';
import { BRANCHES, type CiEvent, type CiProduct, fileNamed, SHA } from './job.ts';

interface Workflow {
  readonly steps: readonly Step[];
}

interface Step {
  readonly image: string;
  readonly environment: Readonly<Record<string, string | { readonly from_secret: string }>>;
  readonly commands: readonly string[];
  readonly when: { readonly event: string | readonly string[] };
}

/** "Workflow syntax", "Secrets" and "Environment variables"; its volume is shared by the steps of a workflow. */
export const WOODPECKER: CiProduct = {
  title: 'Woodpecker',
  job(files, event, secrets) {
    const name = event.kind === 'request' ? 'pull_request' : event.kind;
    const { steps } = parse(fileNamed(files, '.woodpecker/image.yaml'), { merge: true }) as Workflow;
    const matching = steps.filter(({ when }) => [when.event].flat().includes(name));
    const [step] = matching;
    if (step === undefined || matching.length > 1) throw new Error(`${matching.length} steps run for ${name}`);
    const given = Object.entries(step.environment).map(([variable, value]) => [
      variable,
      typeof value === 'string' ? value : (secrets[variable] ?? ''),
    ]);
    return {
      image: step.image,
      flags: [],
      holder: ['sleep', '99d'],
      checkout: { directory: '/woodpecker/src/git.example/team/shop', owner: 0, volume: '/woodpecker' },
      environment: {
        CI: 'woodpecker',
        CI_PIPELINE_EVENT: name,
        CI_COMMIT_SHA: SHA,
        CI_COMMIT_REF: refOf(event),
        CI_REPO_DEFAULT_BRANCH: BRANCHES.push,
        ...(event.kind === 'tag' && { CI_COMMIT_TAG: event.name }),
        ...(Object.fromEntries(given) as Record<string, string>),
        CI_SCRIPT: Buffer.from(preprocessed(step.commands).join('\n')).toString('base64'),
      },
      steps: [{ argv: ['/bin/sh', '-c', 'echo $CI_SCRIPT | base64 -d | /bin/sh -e'] }],
    };
  },
};

function refOf(event: CiEvent): string {
  if (event.kind === 'tag') return `refs/tags/${event.name}`;
  return event.kind === 'request' ? 'refs/pull/7/head' : `refs/heads/${BRANCHES.push}`;
}

/** What has braces is replaced before the shell sees it, here by nothing; two dollar signs are one. */
function preprocessed(commands: readonly string[]): readonly string[] {
  return commands.map((text) => text.replaceAll(/(?<!\$)\$\{[^}]*\}/g, '').replaceAll('$$', '$'));
}

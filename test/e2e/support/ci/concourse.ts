import { parse } from 'yaml';
import { type CiProduct, fileNamed } from './job.ts';

interface Pipeline {
  readonly jobs: readonly [{ readonly plan: readonly { readonly config?: TaskConfig }[] }];
}

interface TaskConfig {
  readonly image_resource: {
    readonly source: { readonly repository: string };
    readonly version: { readonly digest: string };
  };
  readonly inputs: readonly [{ readonly name: string }];
  readonly params: Readonly<Record<string, string>>;
  readonly run: { readonly path: string; readonly args: readonly string[] };
}

const TASK = '/tmp/build/e55deab7';

/** "Tasks": inputs are folders of the task's directory; `((name))` is what a credential manager keeps. It has no other events. */
export const CONCOURSE: CiProduct = {
  title: 'Concourse',
  job(files, _event, secrets) {
    const { jobs } = parse(fileNamed(files, 'ci/pipeline.yml')) as Pipeline;
    const config = jobs[0].plan.find((step) => step.config !== undefined)?.config;
    if (config === undefined) throw new Error('the pipeline has no task');
    const { image_resource: image, inputs, params, run } = config;
    const directory = `${TASK}/${inputs[0].name}`;
    const given = Object.entries(params).map(([name, value]) => [
      name,
      value.startsWith('((') ? (secrets[name] ?? '') : value,
    ]);
    return {
      image: `${image.source.repository}@${image.version.digest}`,
      flags: [],
      holder: ['sleep', '99d'],
      checkout: { directory, owner: 0, volume: directory },
      workingDirectory: TASK,
      environment: Object.fromEntries(given) as Record<string, string>,
      steps: [{ argv: [run.path, ...run.args] }],
    };
  },
};

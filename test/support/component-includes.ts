import { parse } from 'yaml';
import { markdownBlocks } from './markdown-blocks.ts';

/** A pipeline for GitLab that a page shows. */
export interface PipelineExample {
  /** `123, Part`: the line where it begins in its page, and the heading above it. */
  readonly title: string;
  readonly pipeline: string;
  readonly includes: readonly ComponentInclude[];
}

/** How it includes our components. */
export interface ComponentInclude {
  /** What stands before the component's name: `$CI_SERVER_FQDN/GROUP/buildpacks-ci/`. */
  readonly project: string;
  readonly component: string;
  readonly version: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Pipeline {
  readonly include?: readonly { readonly component?: string; readonly inputs?: ComponentInclude['inputs'] }[];
}

/** The YAML blocks of a page, but for those that are for something else: their first line is the name of another file. */
export function pipelineExamples(page: string): readonly PipelineExample[] {
  const blocks = markdownBlocks(page).filter(({ language }) => language === 'yaml' || language === 'yml');
  return blocks
    .filter(({ content }) => !/^# (?!\.gitlab-ci\.yml$)\S+\.\w+$/m.test(content.slice(0, content.indexOf('\n') + 1)))
    .map(({ line, heading, content }) => ({
      title: `${line}, ${heading}`,
      pipeline: content,
      includes: includesOf(parse(content) as Pipeline),
    }));
}

function includesOf({ include = [] }: Pipeline): readonly ComponentInclude[] {
  return include.flatMap(({ component, inputs = {} }) => {
    const [, project = '', name = '', version = ''] = /^(.*\/)([^/@]+)@(.+)$/.exec(component ?? '') ?? [];
    return name === '' ? [] : [{ project, component: name, version, inputs }];
  });
}

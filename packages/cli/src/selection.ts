import { type InputProblem, optional } from '@buildpacks-ci/core';
import { flagValue, type Invocation } from './command.ts';
import { readGivenText } from './given-text.ts';
import type { Option } from './option.ts';

/** Names of images in files. */
export const LIST_OPTION: Option = {
  name: 'list',
  kind: 'list',
  placeholder: 'FILE|-',
  description: 'Images, one a line; - is standard input.',
};

/** For commands whose arguments are images. */
export const ALL_OPTION: Option = {
  name: 'all',
  kind: 'list',
  placeholder: 'REGISTRY/PREFIX',
  description: "All repositories and tags at and below it, by the registry's catalogue.",
};

/** Which of the images that were named or found count. */
export const FILTER_OPTIONS: readonly Option[] = [
  {
    name: 'tags',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'Only tags like this one below REGISTRY/PREFIX; * stands for any characters.',
  },
  {
    name: 'exclude',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'Images that are left out, as patterns of policies: registry.example/team/legacy.',
  },
  {
    name: 'exclude-tags',
    kind: 'list',
    placeholder: 'PATTERN',
    description: 'Tags that are left out; * stands for any characters.',
  },
];

export const PARALLEL_OPTION: Option = {
  name: 'parallel',
  kind: 'text',
  placeholder: 'NUMBER',
  description: 'Images that are read at once.',
  default: '8',
};

/** What these options say, as it was written, and the text of the lists. */
export interface SelectionFlags {
  readonly lists: readonly { readonly text: string; readonly file: string }[];
  readonly tags: readonly string[];
  readonly exclude: readonly string[];
  readonly excludeTags: readonly string[];
  readonly parallel?: string;
}

/** @throws InputError when a list can't be read */
export function readSelection(invocation: Invocation): SelectionFlags {
  const listed = (name: string) => invocation.flags.get(name) ?? [];
  return {
    lists: [...new Set(listed(LIST_OPTION.name))].map((file) => readGivenText(invocation, file, '--list')),
    tags: listed('tags'),
    exclude: listed('exclude'),
    excludeTags: listed('exclude-tags'),
    ...optional('parallel', flagValue(invocation, 'parallel')),
  };
}

/** Standard input can be read once, whichever of the options names it. */
export function standardInputTwice({ flags }: Invocation, ...options: readonly string[]): readonly InputProblem[] {
  const named = options.flatMap((name) => flags.get(name) ?? []).filter((file) => file === '-');
  if (named.length < 2) return [];
  return [{ input: '--list', message: 'standard input is named twice', hint: 'Keep one -, and give files otherwise.' }];
}

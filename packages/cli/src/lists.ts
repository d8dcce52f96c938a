import type { InputProblem } from '@buildpacks-ci/core';
import type { Option } from './option.ts';

const FLAG = '--lists=';
const SEPARATOR = '--';

/** The arguments before the lists, and the lists. */
export interface TakenLists {
  readonly args: readonly string[];
  /** Items by the option's name. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly InputProblem[];
}

/**
 * Takes the lists off the end of the arguments: `--lists=tags,env -- TAG TAG -- K=V`. Each announced list begins with `--`, in the order of
 * the names, and an item is what it is, whatever it begins with. It is for programs that can put a list into arguments only as a whole,
 * such as Tekton with its array params: no item can pass for an option, since an item `--` makes the count wrong, which is refused.
 *
 * @param options of the command; those that are lists may be named
 */
export function takeLists(args: readonly string[], options: readonly Option[]): TakenLists {
  const end = args.indexOf(SEPARATOR);
  const before = end === -1 ? args : args.slice(0, end);
  const [announcement, ...more] = before.filter((arg) => arg.startsWith(FLAG));
  if (announcement === undefined) return { args, lists: new Map(), problems: [] };

  const names = announcement.slice(FLAG.length).split(',');
  const lists = end === -1 ? [] : itemsBetween(args.slice(end + 1));
  return {
    args: before.filter((arg) => !arg.startsWith(FLAG)),
    lists: new Map(names.map((name, index) => [name, lists[index] ?? []])),
    problems: [
      ...more.map((text) => ({ input: 'lists', message: `"${text}" is one too many`, hint: 'Name all lists in one.' })),
      ...nameProblems(names, options),
      ...countProblems(names.length, lists.length),
    ],
  };
}

function itemsBetween(args: readonly string[]): readonly (readonly string[])[] {
  const lists: string[][] = [[]];
  for (const arg of args) {
    if (arg === SEPARATOR) lists.push([]);
    else lists.at(-1)?.push(arg);
  }
  return lists;
}

function nameProblems(names: readonly string[], options: readonly Option[]): readonly InputProblem[] {
  const known = options.filter(({ kind }) => kind === 'list').map(({ name }) => name);
  return names
    .filter((name, index) => !known.includes(name) || names.indexOf(name) !== index)
    .map((name) => {
      const message = known.includes(name) ? `"${name}" is named twice` : `"${name}" is no list of this command`;
      return { input: 'lists', message, hint: `Its lists are ${known.join(', ')}.` };
    });
}

function countProblems(announced: number, found: number): readonly InputProblem[] {
  if (announced === found) return [];
  return [
    {
      input: 'lists',
      message: `${announced} lists are announced, and ${found} begin with "${SEPARATOR}"`,
      hint: `Give each list a "${SEPARATOR}", an empty one too; no item may be "${SEPARATOR}".`,
    },
  ];
}

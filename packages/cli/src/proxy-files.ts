import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { InputProblem } from '@buildpacks-ci/core';
import { PROXY_DIRECTORY_OPTION } from './pod-options.ts';
import { visibleNames } from './volume.ts';

const NAMES = ['http-proxy', 'https-proxy', 'no-proxy'] as const;

/** Inputs by their names, as files of a volume hold them. */
export interface ProxyFiles {
  readonly files: Readonly<Partial<Record<(typeof NAMES)[number], string>>>;
  readonly problems: readonly InputProblem[];
}

/**
 * Reads a Secret that is mounted as a volume: a file for each input, with blanks or a line end around the value or not. No message has what a file holds.
 *
 * @returns undefined when there is no directory that can be listed
 */
export function readProxyFiles(directory: string): ProxyFiles | undefined {
  const found = visibleNames(directory);
  if (found === undefined) return undefined;
  const files: Partial<Record<(typeof NAMES)[number], string>> = {};
  const problems = found.filter((name) => !isKnown(name)).map(stray);
  for (const name of found.filter(isKnown)) {
    const text = textIn(path.join(directory, name));
    if (text === undefined) problems.push(unreadable(name));
    else files[name] = text;
  }
  return { files, problems };
}

function isKnown(name: string): name is (typeof NAMES)[number] {
  return NAMES.some((each) => each === name);
}

/** Passed over, a slip would have the build go without its proxy, or past it. */
function stray(name: string): InputProblem {
  const hint = `Name its files ${NAMES.join(', ')}; items of a volume take single keys of a Secret, and may rename them.`;
  return { input: PROXY_DIRECTORY_OPTION.name, message: `"${name}" is none of its files`, hint };
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function unreadable(name: string): InputProblem {
  const hint = 'Let the user of this container read it.';
  return { input: PROXY_DIRECTORY_OPTION.name, message: `its file "${name}" can't be read`, hint };
}

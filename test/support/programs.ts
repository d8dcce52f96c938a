import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { COMMAND_LINE, GITHUB_ACTION, GITLAB_CI, ROOT } from '../../scripts/bundle.ts';
import { command } from '../bench/command.ts';

/** The programs as they are shipped, bundled from the sources as they are now. */
export interface Programs {
  readonly commandLine: string;
  readonly githubAction: string;
  readonly gitlabCi: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly programs: Programs;
  }
}

/**
 * Bundles the programs once for all test files of a project: what is tested is what users run, and it starts in a tenth of the time that
 * the sources take. Users that tests drop to can read it.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-programs-'));
  await chmod(directory, 0o755);
  await command(process.execPath, [path.join(ROOT, 'scripts/build.ts'), directory]);
  project.provide('programs', {
    commandLine: path.join(directory, COMMAND_LINE.file),
    githubAction: path.join(directory, GITHUB_ACTION.file),
    gitlabCi: path.join(directory, GITLAB_CI.file),
  });
  return () => rm(directory, { recursive: true, force: true });
}

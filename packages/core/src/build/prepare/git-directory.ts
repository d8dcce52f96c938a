import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a build may learn from a Git configuration: where the code is from and how branches relate; nothing that holds or fetches a secret. */
const KEPT_KEYS: Readonly<Record<string, ReadonlySet<string>>> = {
  core: new Set([
    'repositoryformatversion',
    'filemode',
    'bare',
    'logallrefupdates',
    'ignorecase',
    'symlinks',
    'worktree',
  ]),
  extensions: new Set(['objectformat', 'partialclone', 'worktreeconfig', 'refstorage']),
  remote: new Set(['url', 'fetch', 'tagopt', 'promisor', 'partialclonefilter']),
  branch: new Set(['remote', 'merge']),
  submodule: new Set(['url', 'active']),
};

const SECTION = /^\s*\[\s*([A-Za-z0-9.-]+)\s*(?:"(?:[^"\\]|\\.)*"\s*)?\]\s*$/;
const KEY = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=(.*)$/;

/** A Git configuration reduced to `KEPT_KEYS`, with user and password removed from URLs. What can't be understood is dropped. */
export function withoutCredentials(config: string): string {
  const kept: string[] = [];
  let keys: ReadonlySet<string> | undefined;
  for (const line of config.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const section = SECTION.exec(line)?.[1]?.toLowerCase();
    if (section !== undefined) {
      keys = KEPT_KEYS[section];
      if (keys !== undefined) kept.push(line.trim());
      continue;
    }
    if (line.trimStart().startsWith('[')) keys = undefined;
    const [, key, value] = KEY.exec(line) ?? [];
    if (key === undefined || value === undefined || keys?.has(key.toLowerCase()) !== true) continue;
    kept.push(`\t${key} = ${withoutUserInfo(value.trim())}`);
  }
  return `${kept.join('\n')}\n`;
}

function withoutUserInfo(value: string): string {
  return value.replace(/([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/\s]*@/g, '$1');
}

/** Rewrites every configuration in a copied `.git` directory, those of submodules and worktrees too, and removes stored credentials and hooks. */
export async function cleanGitDirectory(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory() && entry.name === 'hooks') await rm(file, { recursive: true });
    else if (
      entry.isDirectory() &&
      (entry.name === 'modules' || entry.name === 'worktrees' || insideModules(directory))
    ) {
      await cleanGitDirectory(file);
    } else if (/^config(\.worktree)?$/.test(entry.name)) await rewriteConfig(file);
    else if (/credentials?$/.test(entry.name)) await rm(file, { force: true, recursive: true });
  }
}

/** `modules/` and `worktrees/` nest repositories under arbitrary paths; object and ref folders hold no configuration. */
function insideModules(directory: string): boolean {
  return (
    /[/\\](modules|worktrees)([/\\]|$)/.test(directory) && !/[/\\](objects|refs|logs|info)([/\\]|$)/.test(directory)
  );
}

async function rewriteConfig(file: string): Promise<void> {
  const stats = await lstat(file);
  if (stats.isFile()) await writeFile(file, withoutCredentials(await readFile(file, 'utf8')));
  else await rm(file, { force: true, recursive: true });
}

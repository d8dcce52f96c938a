import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const SET_IDS = 0o6000;

/**
 * Facts of everything below a directory, one line each, sorted: path, kind, mode, owner, size, whole seconds, link target, links, digest. Without
 * set-id bits, which we drop.
 */
export function treeFacts(directory: string): readonly string[] {
  const format = String.raw`%P\t%y\t%m\t%U:%G\t%s\t%T@\t%l\t%n\0`;
  return execFileSync('find', [directory, '-mindepth', '1', '-printf', format], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  })
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => factsOf(directory, line))
    .sort();
}

/** For archives that do not list all folders: those are made when they are needed. */
export function withoutFolderTimes(facts: readonly string[]): readonly string[] {
  return facts.map((line) => line.replace(/( d [0-7]+ \d+:\d+) \d+ $/, '$1'));
}

function factsOf(directory: string, line: string): string {
  const [name = '', kind, mode = '', owner, size, time, target, links] = line.split('\t');
  const ofFile = kind === 'f' ? [size, links, digestOf(path.join(directory, name))] : [];
  const permissions = (Number.parseInt(mode, 8) & ~SET_IDS).toString(8);
  return [name, kind, permissions, owner, Math.floor(Number(time)), target, ...ofFile].join(' ');
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);
}

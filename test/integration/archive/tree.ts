import { execFileSync } from 'node:child_process';

/** Facts of everything below a directory, one line each, sorted: path, kind, mode, owner, size, whole seconds, link target, links. */
export function treeFacts(directory: string): readonly string[] {
  const format = String.raw`%P\t%y\t%m\t%U:%G\t%s\t%T@\t%l\t%n\n`;
  return execFileSync('find', [directory, '-mindepth', '1', '-printf', format], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [path, kind, mode, owner, size, time, target, links] = line.split('\t');
      const isFile = kind === 'f';
      const seconds = Math.floor(Number(time));
      return [path, kind, mode, owner, isFile ? size : '', seconds, target, isFile ? links : ''].join(' ');
    })
    .sort();
}

import { familiarReference, type Repository } from '../reference/index.ts';
import type { ImageReport } from './report.ts';

/** How a report names an image. */
export function nameOf(repository: Repository, tags: readonly string[]): Pick<ImageReport, 'repository' | 'tags'> {
  const short = familiarReference({ kind: 'tag', repository, tag: 'x' }).slice(0, -':x'.length);
  return { repository: short, tags };
}

/** `registry.example/app:1`, with all of its tags `registry.example/app:1,latest`. */
export function formatName({ repository, tags }: Pick<ImageReport, 'repository' | 'tags'>): string {
  return tags.length === 0 ? repository : `${repository}:${tags.join(',')}`;
}

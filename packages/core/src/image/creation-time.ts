import type { ImageConfig } from './manifest.ts';

/** Where an image that says 1980 may tell the truth. */
const TIME_LABELS = ['io.buildpacks.base.released', 'org.opencontainers.image.created'] as const;
/** What is said to be older was made to be reproducible. */
const EARLIEST = Date.UTC(1981, 0);

/** When an image was made that others stand on, in milliseconds since the epoch; undefined when it does not tell. */
export function creationTime({ created, config }: Pick<ImageConfig, 'created' | 'config'>): number | undefined {
  return [created, ...TIME_LABELS.map((name) => config.Labels[name])].map(realTime).find((time) => time !== undefined);
}

/** The time that a text says, unless it is one of those that say nothing: 1970, 1980. */
export function realTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return time >= EARLIEST ? time : undefined;
}

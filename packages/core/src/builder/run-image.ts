import { InputError } from '../errors/index.ts';
import { familiarReference, type ImageReference, parseReference } from '../reference/index.ts';
import type { RunImageNames } from './metadata.ts';
import { renderToml } from '../toml/write-toml.ts';

/** One name under which the run image may be had. */
export interface RunImageCandidate {
  readonly reference: ImageReference;
  /** What `run.toml` and the image's labels say: the canonical name and its mirrors, whichever of them is used. */
  readonly names: RunImageNames;
  readonly kind: 'override' | 'image' | 'mirror';
}

/** Nobody has more copies of an image to choose from. */
const MAX_NAMES = 16;

/** What the choice depends on. */
export interface RunImageRequest {
  /** The builder's run images; only the first counts. */
  readonly runImages: readonly RunImageNames[];
  /** The user's own choice: nothing else is tried, mirrors are dropped, and `run.toml` gets the text as it was written, as in pack. */
  readonly override?: { readonly text: string; readonly reference: ImageReference };
  /** `host[:port]` of the output, canonical: a copy there is preferred, since its layers can be mounted. */
  readonly outputRegistry?: string;
}

/**
 * The names to try, best first: those on the output's registry, then the others, each in the builder's order. The first that can be read
 * is the run image (pack's `getBestRunMirror`, the lifecycle's `BestRunImageMirrorFor`). Each is tried once, and no more than 16: labels
 * of images may name thousands.
 *
 * @throws InputError on `run-image` when the builder names none
 */
export function runImageCandidates(request: RunImageRequest): readonly RunImageCandidate[] {
  if (request.override !== undefined) {
    const { text, reference } = request.override;
    return [{ reference, names: { image: text, mirrors: [] }, kind: 'override' }];
  }
  const [names] = request.runImages;
  if (names === undefined) {
    throw new InputError([
      { input: 'run-image', message: 'the builder names no run image', hint: 'Name one with the input run-image.' },
    ]);
  }
  const candidates = [names.image, ...names.mirrors].flatMap((name, index): RunImageCandidate[] => {
    const reference = parsedOrNothing(name);
    return reference === undefined ? [] : [{ reference, names, kind: index === 0 ? 'image' : 'mirror' }];
  });
  const near = ({ reference }: RunImageCandidate) => reference.repository.registry === request.outputRegistry;
  const ordered = [...candidates.filter(near), ...candidates.filter((candidate) => !near(candidate))];
  const byName = new Map<string, RunImageCandidate>();
  for (const candidate of ordered) {
    const name = familiarReference(candidate.reference);
    if (!byName.has(name)) byName.set(name, candidate);
  }
  return [...byName.values()].slice(0, MAX_NAMES);
}

/** `run.toml` (platform specification): what the lifecycle records as the run image's names in the app image. */
export function renderRunToml({ image, mirrors }: RunImageNames): string {
  return renderToml({ images: [{ image, ...(mirrors.length > 0 && { mirrors }) }] });
}

/** Builders are made by others: a mirror that is no reference is one that can't be read. */
function parsedOrNothing(name: string): ImageReference | undefined {
  try {
    return parseReference(name);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { Descriptor } from '../image/manifest.ts';
import { cut } from '../report/markdown-text.ts';
import type { AppImage, BaseImage } from './app-image.ts';
import { type RebasedImage, rebasedImage } from './rebased-image.ts';
import type { Violation } from './refusal.ts';
import { judge } from './rules.ts';
import { recordsName } from './run-image-names.ts';

/** What is to be done with one platform's image. */
export type RebasePlan =
  /** It stands on this run image already. */
  | { readonly kind: 'current' }
  | { readonly kind: 'refused'; readonly violations: readonly Violation[] }
  | PlannedRebase;

/** An image to be put on another run image. */
export interface PlannedRebase {
  readonly kind: 'rebase';
  readonly rebased: RebasedImage;
  /** Layers that come from the run image. */
  readonly base: readonly Descriptor[];
  /** Layers that are the app's own. */
  readonly own: readonly Descriptor[];
  /** What was decided otherwise than the lifecycle decides, or because of `--force`; sentences. */
  readonly decisions: readonly string[];
}

export interface PlanOptions {
  /** As the lifecycle's `-force`: lifts some rules, and records the run image's name. */
  readonly force: boolean;
  /** Makes the image also where it is as it should be, since it is wanted under another name. */
  readonly always?: boolean;
}

/** Characters of a decision: it quotes labels. */
const LONGEST = 1000;

/** Decides and computes; asks nobody and changes nothing. */
export function planRebase(app: AppImage, base: BaseImage, { force, always = false }: PlanOptions): RebasePlan {
  const recordsNew = force && !recordsName(app.metadata, base.name);
  if (!always && !recordsNew && standsOn(app, base)) return { kind: 'current' };
  const { violations, acceptedName } = judge(app, base);
  const standing = violations.filter(({ isForceable }) => !(force && isForceable));
  if (standing.length > 0) return { kind: 'refused', violations: standing };
  const rebased = rebasedImage(app, base, force);
  if (!always && rebased.raw.digest === app.image.raw.digest) return { kind: 'current' };
  return {
    kind: 'rebase',
    rebased,
    base: base.image.manifest.layers,
    own: app.image.manifest.layers.slice(app.baseLayers),
    decisions: [
      ...violations.map(({ rule, message }) => `${rule} was lifted by --force: ${message}`),
      ...(recordsNew ? [`the image records ${base.name} from now on`] : []),
      ...(recordsNew || acceptedName === undefined ? [] : [acceptedName]),
      ...keptAnnotations(app),
    ].map((decision) => cut(decision, LONGEST)),
  };
}

/** As `fleet` and `inspect` see it: whoever has the very layers of the newest run image is up to date, whatever its labels say. */
function standsOn(app: AppImage, base: BaseImage): boolean {
  return isDeepStrictEqual(app.image.config.diffIds.slice(0, app.baseLayers), base.image.config.diffIds);
}

function keptAnnotations({ manifest: { annotations } }: AppImage): readonly string[] {
  if (annotations === null) return [];
  const names = Object.keys(annotations).join(', ');
  return [`the manifest keeps its annotations (${names}) and its media types, which the lifecycle's rebase would drop`];
}

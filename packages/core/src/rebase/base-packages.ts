import type { RunImageReader } from '../catalog/run-image-reader.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import { comparePackages, type PackageChanges } from '../sbom/package-changes.ts';
import { basePackages, baseSbomLayer, type RunImagePackages, runImagePackages } from '../sbom/run-image-packages.ts';
import { recordedBase } from './recorded-base.ts';
import type { RunImageReport } from './report.ts';
import { runImageChange } from './rebase-image.ts';
import type { Edition } from './subject.ts';

/** Pairs that are compared at once, and in one run: each app image could claim to stand on another run image. */
const AT_ONCE = 4;
const MAX_PAIRS = 200;
const TOO_MANY: PackageChanges = {
  state: 'unknown',
  reason: `a run compares no more than ${MAX_PAIRS} pairs of run images`,
};
/** App images that are asked for the same run image: the first could be broken. */
const MAX_WITNESSES = 3;

/**
 * What is new in run images, for each pair of an old and a new one, however many images stand on it. Costs a request for each small layer
 * with bills of materials, and none for run images that have none.
 */
export class BasePackages {
  readonly #reader: RunImageReader;
  readonly #pairs = new Map<string, Edition[]>();
  /** Those that are too many: not the images, which are large. */
  readonly #others = new Map<string, RunImageReport>();

  constructor(reader: RunImageReader) {
    this.#reader = reader;
  }

  /** Notes an image that goes, or would go, from one run image to another. */
  add(editions: readonly Edition[]): void {
    for (const edition of editions) {
      if (edition.plan.kind !== 'rebase') continue;
      const key = keyOf(edition);
      const witnesses = this.#pairs.get(key) ?? [];
      if (witnesses.length === 0 && this.#pairs.size === MAX_PAIRS) {
        this.#others.set(key, { platform: edition.platform, ...runImageChange(edition), packages: TOO_MANY });
        continue;
      }
      if (witnesses.length < MAX_WITNESSES) witnesses.push(edition);
      this.#pairs.set(key, witnesses);
    }
  }

  /** @throws BuildpacksError `cancelled`; all other trouble is told */
  async compare(): Promise<readonly RunImageReport[]> {
    const reports = await mapInParallel(this.#pairs.values(), AT_ONCE, (witnesses) => this.#compare(witnesses));
    return [...reports.flat(), ...this.#others.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  async #compare(witnesses: readonly Edition[]): Promise<readonly RunImageReport[]> {
    const [first] = witnesses;
    if (first === undefined) return [];
    const after = await runImagePackages(first.base.image);
    let packages: PackageChanges = { state: 'none' };
    for (const witness of after.state === 'untold' ? [] : witnesses) {
      packages = comparePackages(await this.#before(witness), after);
      if (packages.state === 'compared') break;
    }
    return [{ platform: first.platform, ...runImageChange(first), packages }];
  }

  /** The app image has the old run image's layers, wherever that one is now. */
  async #before(edition: Edition): Promise<RunImagePackages> {
    const { image, baseLayers } = edition.app;
    const told = await basePackages(image, baseLayers);
    if (told.state !== 'untold') return told;
    const base = await recordedBase(edition, this.#reader);
    return base === undefined ? told : runImagePackages(base);
  }
}

/** The old run image by its content: names in a label are nobody's proof. */
function keyOf({ platform, app: { image, baseLayers }, base }: Edition): string {
  const diffIds = image.config.diffIds.slice(0, baseLayers);
  return JSON.stringify([platform, base.reference, diffIds, baseSbomLayer(image, baseLayers)]);
}

function orderOf({ name, platform, from = '', to }: RunImageReport): string {
  return [name, platform, from, to].join(' ');
}

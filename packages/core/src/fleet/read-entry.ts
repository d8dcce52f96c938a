import { BaseFinder } from '../inspect/base-finder.ts';
import { sbomLayer } from '../sbom/image-bills.ts';
import { realTime } from '../image/creation-time.ts';
import { parseManifest, type RawManifest } from '../image/manifest.ts';
import { MEDIA_TYPE } from '../image/media-types.ts';
import { type Image, readImage } from '../image/source.ts';
import { platformOf } from '../image/platform.ts';
import { optional } from '../json/json.ts';
import { type AppLabels, parseAppLabels } from '../lifecycle/labels.ts';
import type { Repository } from '../reference/index.ts';
import type { RegistryReader } from '../registry/index.ts';
import type { ComponentQuery } from '../sbom/component-query.ts';
import { readImageComponents } from '../sbom/image-components.ts';
import type { AppEntry, ComponentSearch, EntryName, OtherEntry } from './report.ts';

/** What is told of an image whatever its name. */
export type ImageDescription = Omit<AppEntry, keyof EntryName> | Omit<OtherEntry, keyof EntryName>;

/** What the images of a survey are read with. */
export interface EntryReaderOptions {
  readonly registry: RegistryReader;
  readonly components: readonly ComponentQuery[];
  /** Labels to tell. */
  readonly labels: readonly string[];
}

/** Reads images by their manifests; run images and bills of materials that several have are read once. */
export class EntryReader {
  readonly #options: EntryReaderOptions;
  readonly #bases: BaseFinder;
  readonly #searches = new Map<string, Promise<ComponentSearch>>();

  constructor(options: EntryReaderOptions) {
    this.#options = options;
    this.#bases = new BaseFinder(options.registry);
  }

  /** @throws BuildpacksError when the image can't be read, or its labels are damaged */
  async read(repository: Repository, raw: RawManifest): Promise<ImageDescription> {
    const { digest } = raw;
    const { mediaType } = parseManifest(raw).config;
    if (mediaType !== MEDIA_TYPE.ociConfig && mediaType !== MEDIA_TYPE.dockerConfig) {
      return { kind: 'other', digest, reason: `no image: ${mediaType || 'no media type'}` };
    }
    const image = await readImage(this.#options.registry.source(repository), raw);
    const labels = parseAppLabels(image.config);
    if (labels !== undefined) return this.#describe(repository, image, labels);
    return { kind: 'other', digest, platform: platformOf(image), reason: 'not built with buildpacks' };
  }

  async #describe({ registry }: Repository, image: Image, labels: AppLabels): Promise<ImageDescription> {
    const { config, manifest, raw } = image;
    const [base, components] = await Promise.all([this.#bases.summaryOf(image, registry), this.#search(image)]);
    const api = config.config.Env.find((entry) => entry.startsWith('CNB_PLATFORM_API='))?.split('=')[1];
    return {
      kind: 'app',
      digest: raw.digest,
      platform: platformOf(image),
      // The lifecycle writes 1980 where the build is to be reproducible.
      ...(realTime(config.created) !== undefined && optional('created', config.created)),
      size: manifest.layers.reduce((sum, { size }) => sum + size, 0),
      ...optional('runImage', labels.lifecycle.runImage.image),
      ...optional('distribution', distributionOf(config.config.Labels)),
      base,
      buildpacks: labels.build?.buildpacks ?? [],
      ...optional('lifecycle', labels.build?.launcherVersion),
      ...optional('platformApi', api),
      rebasable: labels.rebasable,
      labels: chosen(config.config.Labels, this.#options.labels),
      ...optional('components', components),
    };
  }

  async #search(image: Image): Promise<ComponentSearch | undefined> {
    if (this.#options.components.length === 0) return undefined;
    const layer = sbomLayer(image);
    if (layer === undefined) return { state: 'none' };
    // A manifest says size and type of a layer, and may lie: what one image has told is true of those that say the same.
    const key = [image.source.name, layer.digest, layer.size, layer.mediaType].join(' ');
    const known = this.#searches.get(key);
    if (known !== undefined) return known;
    const search = this.#searchLayer(image);
    this.#searches.set(key, search);
    const forget = () => this.#searches.delete(key);
    void search.then(({ state }) => state === 'searched' || forget(), forget);
    return search;
  }

  async #searchLayer(image: Image): Promise<ComponentSearch> {
    const { components: queries } = this.#options;
    const all = await readImageComponents(image, (component) => queries.some((query) => query.matches(component)));
    return all.state === 'present' ? { state: 'searched', found: all.components, unread: all.unread } : all;
  }
}

function distributionOf(labels: Readonly<Record<string, string>>): string | undefined {
  const name = labels['io.buildpacks.base.distro.name'];
  return name && [name, labels['io.buildpacks.base.distro.version']].filter(Boolean).join(' ');
}

function chosen(labels: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(labels, name) ? [[name, labels[name] ?? '']] : [])));
}

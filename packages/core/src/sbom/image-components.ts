import { recordsSbom, sbomLayer, sbomMembers } from './image-bills.ts';
import type { Image } from '../image/source.ts';
import { billFormatOf, type Component, componentsOf, MAX_BILL_SIZE } from './components.ts';

/** Bytes of all bills of one image that are read, and components that are kept of them: more than any image of ours has. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_COMPONENTS = 200_000;

/** A component, and whose bill of materials lists it. */
export interface ImageComponent extends Component {
  /** The buildpack's id as in a path: `samples_nodejs`; `legacy` for the lifecycle's own list of what old buildpacks told. */
  readonly buildpack: string;
  /** Absent: the bill is of the whole buildpack's part in the image. */
  readonly layer?: string;
}

/** What an image's own bills of materials say is in it. */
export type ImageComponents =
  /** `none`: the image has no bills; `missing`: their layer is not where the image is (a sparse layout, an engine's store). */
  | { readonly state: 'none' | 'missing' }
  | {
      readonly state: 'present';
      readonly components: readonly ImageComponent[];
      /** Bills that were too large, or too many, or in no known format. */
      readonly unread: readonly string[];
    };

/**
 * Reads the components out of an image's SBOM layer, which is streamed: nothing but one bill of materials is held at a time. Of a bill that
 * is there in several formats one is read. What the run image brings along is not in this layer.
 *
 * @param counts which components are kept; absent: all
 * @throws BuildpacksError `image` when the layer is damaged or too large
 */
export async function readImageComponents(
  image: Image,
  counts: (component: Component) => boolean = () => true,
): Promise<ImageComponents> {
  const layer = sbomLayer(image);
  if (layer === undefined) return { state: recordsSbom(image) ? 'missing' : 'none' };
  if (!(await image.source.has(layer))) return { state: 'missing' };
  const components: ImageComponent[] = [];
  const read = new Set<string>();
  const unread = new Set<string>();
  let left = MAX_BYTES;
  for await (const { file, content } of sbomMembers(image)) {
    const folder = file.path.slice(0, file.path.lastIndexOf('/'));
    const format = billFormatOf(file.path);
    if (read.has(folder)) continue;
    const isRoom = file.size <= Math.min(MAX_BILL_SIZE, left) && components.length < MAX_COMPONENTS;
    if (format === undefined || !isRoom) {
      unread.add(file.path);
      continue;
    }
    const [, buildpack = format, name] = folder.split('/');
    const owner = { buildpack, ...(name !== undefined && { layer: name }) };
    left -= file.size;
    const found = componentsOf(await collect(content), format).filter(counts);
    const kept = found.slice(0, MAX_COMPONENTS - components.length);
    for (const component of kept) components.push({ ...component, ...owner });
    if (kept.length < found.length) unread.add(file.path);
    else read.add(folder);
  }
  const missed = [...unread].filter((file) => !read.has(file.slice(0, file.lastIndexOf('/'))));
  return { state: 'present', components, unread: missed };
}

/** A whole file; look at its size first. */
export async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

import type { TarEntry } from '../../archive/tar-entry.ts';
import { BLOCK, paddingOf } from '../../archive/tar-format.ts';
import { TarParser } from '../../archive/tar-parser.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { compareFiles, SUMS_FILE } from '../content/bundle-files.ts';
import type { Segments } from '../content/segments.ts';
import { headersOf, TAR_END } from '../content/tar-places.ts';
import type { BundleSource } from './bundle-source.ts';

/** A PAX header of a file of ours is a few blocks; nothing longer is looked at. */
const MAX_HEADER_BLOCKS = 8;
/** How files begin that are compressed, and what makes them plain again. */
const COMPRESSIONS = [
  { magic: Buffer.of(0x1f, 0x8b), remedy: 'gunzip' },
  { magic: Buffer.of(0x28, 0xb5, 0x2f, 0xfd), remedy: 'unzstd' },
  { magic: Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a), remedy: 'unxz' },
] as const;

/** A tar whose bytes can be had by their position. */
export interface OpenTar {
  readonly name: string;
  readonly segments: Segments;
  /** Bytes. */
  readonly size: number;
}

interface Member {
  readonly path: string;
  readonly size: number;
  /** Of the content. */
  readonly offset: number;
}

/**
 * Finds the files in the tar of a bundle, of which only headers are read. There is one way to write a bundle as a tar: each byte that is
 * not content must be as `bundle` writes it.
 *
 * @throws BuildpacksError `image` when it is compressed or another program's: to copy it again would not help
 */
export async function openTarSource(tar: OpenTar): Promise<BundleSource> {
  const scan = new TarScan(tar);
  await scan.run().catch(async (error: unknown) => {
    await tar.segments.close();
    throw error;
  });
  const members = new Map(scan.members.map((member) => [member.path, member]));
  return {
    name: tar.name,
    files: new Map(scan.members.map(({ path, size }) => [path, size])),
    damages: scan.damages,
    open: (path) => {
      const member = members.get(path);
      if (member === undefined) throw new BuildpacksError('internal', `"${path}" is not in "${tar.name}"`);
      return tar.segments.range(member.offset, member.size);
    },
    close: () => tar.segments.close(),
  };
}

class TarScan {
  readonly members: Member[] = [];
  readonly damages: string[] = [];
  readonly #tar: OpenTar;

  constructor(tar: OpenTar) {
    this.#tar = tar;
  }

  async run(): Promise<void> {
    const { name, segments, size } = this.#tar;
    requirePlain(name, await segments.read(0, BLOCK));
    let at = 0;
    while (at + TAR_END < size) {
      const next = await this.#readMember(at);
      if (next === undefined) return;
      at = next;
    }
    const end = await this.#tar.segments.read(at, TAR_END);
    if (end.length < TAR_END || !isEmpty(end)) this.#damaged(at, `its end is not as it should be${this.#behind()}`);
  }

  /** Where the next member begins; undefined when the rest can't be understood. */
  async #readMember(at: number): Promise<number | undefined> {
    const header = await this.#readHeader(at);
    if (header === undefined) return undefined;
    const { entry, length } = header;
    const { path, size } = entry;
    const offset = at + length;
    const end = offset + size + paddingOf(size);
    if (end + TAR_END > this.#tar.size) {
      this.#damaged(at, `it ends in ${path}, which has ${size} bytes`);
      return undefined;
    }
    const expected = headersOf(entry);
    const found = await this.#tar.segments.read(at, length);
    if (at === 0 && (path !== SUMS_FILE || !found.equals(expected))) throw foreignTar(this.#tar.name);
    if (!found.equals(expected)) this.#damaged(at, `the header of ${path} is not as it should be`);
    const padding = await this.#tar.segments.read(offset + size, paddingOf(size));
    if (!isEmpty(padding)) this.#damaged(offset + size, `what follows ${path} is not empty`);
    const before = this.members.at(-1)?.path;
    if (before !== undefined && compareFiles(before, path) >= 0) {
      this.#damaged(
        at,
        before === path ? `${path} is in it twice` : `${path} comes behind ${before}, and belongs before it`,
      );
    }
    this.members.push({ path, size, offset });
    return end;
  }

  async #readHeader(at: number): Promise<{ readonly entry: TarEntry; readonly length: number } | undefined> {
    const parser = new TarParser();
    try {
      for (let block = 0; block < MAX_HEADER_BLOCKS; block++) {
        const bytes = await this.#tar.segments.read(at + block * BLOCK, BLOCK);
        for (const event of parser.feed(bytes)) {
          if (event.kind === 'entry') return { entry: event.entry, length: (block + 1) * BLOCK };
        }
      }
      this.#damaged(at, `there is no header of a file${this.#behind()}`);
    } catch (error) {
      if (!(error instanceof BuildpacksError)) throw error;
      this.#damaged(at, `the header${this.#behind()} is damaged: ${error.message}`);
    }
    return undefined;
  }

  #behind(): string {
    const last = this.members.at(-1)?.path;
    return last === undefined ? '' : ` behind ${last}`;
  }

  #damaged(at: number, what: string): void {
    this.damages.push(`byte ${at}: ${what}`);
  }
}

function requirePlain(name: string, beginning: Buffer): void {
  const found = COMPRESSIONS.find(({ magic }) => beginning.subarray(0, magic.length).equals(magic));
  if (found === undefined) return;
  const hint = `Run ${found.remedy} on it first.`;
  throw new BuildpacksError('image', `"${name}" is compressed, and bundle writes plain tars`, { hint });
}

/** Its first header is whole, and not ours. */
function foreignTar(name: string): BuildpacksError {
  const hint = 'Unpack it into an empty directory, and load that; or copy the tar that bundle has written.';
  return new BuildpacksError('image', `"${name}" is a tar that was not written by bundle`, { hint });
}

function isEmpty(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

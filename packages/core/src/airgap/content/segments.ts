import { type FileHandle, open } from 'node:fs/promises';

const READ_SIZE = 1024 * 1024;

/**
 * Files of one size (but for the last), one after the other, as if they were one file: a tar in parts, or whole in the only one.
 * Positions count from the beginning of the first.
 */
export class Segments {
  readonly #files: readonly string[];
  readonly #size: number;
  readonly #flags: 'r' | 'r+';
  readonly #handles = new Map<number, Promise<FileHandle>>();

  /** @param size bytes of each file but the last; Infinity for a single one */
  constructor(files: readonly string[], size: number, flags: 'r' | 'r+') {
    this.#files = files;
    this.#size = size;
    this.#flags = flags;
  }

  /** Fewer bytes than asked for only where the files end. */
  async read(at: number, length: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.range(at, length)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async *range(at: number, length: number): AsyncGenerator<Buffer> {
    const end = at + length;
    for (let position = at; position < end;) {
      const { index, offset, room } = this.#place(position);
      const wanted = Math.min(room, end - position, READ_SIZE);
      const handle = await this.#handle(index);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    let rest = bytes;
    for (let position = at; rest.length > 0;) {
      const { index, offset, room } = this.#place(position);
      const handle = await this.#handle(index);
      const { bytesWritten } = await handle.write(rest, 0, Math.min(room, rest.length), offset);
      position += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
  }

  /** Makes sure that what was written survives the loss of power: the files may go on a stick that is pulled. */
  async sync(): Promise<void> {
    for (const handle of this.#handles.values()) await (await handle).datasync();
  }

  async close(): Promise<void> {
    for (const opening of this.#handles.values()) await opening.then((handle) => handle.close()).catch(() => undefined);
    this.#handles.clear();
  }

  #place(position: number): { readonly index: number; readonly offset: number; readonly room: number } {
    if (!Number.isFinite(this.#size)) return { index: 0, offset: position, room: Infinity };
    const index = Math.floor(position / this.#size);
    const offset = position % this.#size;
    return { index, offset, room: this.#size - offset };
  }

  #handle(index: number): Promise<FileHandle> {
    const known = this.#handles.get(index);
    if (known !== undefined) return known;
    const file = this.#files[index];
    if (file === undefined) return Promise.reject(new RangeError(`there is no segment ${index}`));
    const opening = open(file, this.#flags);
    this.#handles.set(index, opening);
    return opening;
  }
}

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const READ_SIZE = 1024 * 1024;
/** For what is written, nobody's link is followed. */
const FLAGS = { r: constants.O_RDONLY, 'r+': constants.O_RDWR | constants.O_NOFOLLOW } as const;
/** Files that are kept open: a bundle may have more parts than a process may have files. */
const MAX_OPEN = 32;

interface OpenFile {
  readonly handle: Promise<FileHandle>;
  /** Works that need it now. */
  users: number;
}

/**
 * Files of one size (but for the last), one after the other, as if they were one file: a tar in parts, or whole in the only one.
 * Positions count from the beginning of the first.
 */
export class Segments {
  readonly #files: readonly string[];
  readonly #size: number;
  readonly #flags: number;
  /** By number; what was used last is the last. */
  readonly #open = new Map<number, OpenFile>();

  /** @param size bytes of each file but the last; Infinity for a single one */
  constructor(files: readonly string[], size: number, flags: keyof typeof FLAGS) {
    this.#files = files;
    this.#size = size;
    this.#flags = FLAGS[flags];
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
      const { bytesRead, buffer } = await this.#with(index, (handle) => {
        return handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
      });
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    let rest = bytes;
    for (let position = at; rest.length > 0;) {
      const { index, offset, room } = this.#place(position);
      const { bytesWritten } = await this.#with(index, (handle) => {
        return handle.write(rest, 0, Math.min(room, rest.length), offset);
      });
      position += bytesWritten;
      rest = rest.subarray(bytesWritten);
    }
  }

  /** Makes sure that what was written survives the loss of power: the files may go on a stick that is pulled. */
  async sync(): Promise<void> {
    for (const index of this.#files.keys()) await this.#with(index, (handle) => handle.datasync());
  }

  async close(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    for (const { handle } of files) await closeQuietly(handle);
  }

  #place(position: number): { readonly index: number; readonly offset: number; readonly room: number } {
    if (!Number.isFinite(this.#size)) return { index: 0, offset: position, room: Infinity };
    const index = Math.floor(position / this.#size);
    const offset = position % this.#size;
    return { index, offset, room: this.#size - offset };
  }

  async #with<T>(index: number, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const file = this.#take(index);
    try {
      return await work(await file.handle);
    } finally {
      file.users -= 1;
      await this.#closeIdle();
    }
  }

  #take(index: number): OpenFile {
    const name = this.#files[index];
    if (name === undefined) throw new RangeError(`there is no segment ${index}`);
    const file = this.#open.get(index) ?? { handle: open(name, this.#flags), users: 0 };
    file.users += 1;
    this.#open.delete(index);
    this.#open.set(index, file);
    return file;
  }

  async #closeIdle(): Promise<void> {
    for (const [index, { handle, users }] of this.#open) {
      if (this.#open.size <= MAX_OPEN) return;
      if (users > 0) continue;
      this.#open.delete(index);
      await closeQuietly(handle);
    }
  }
}

/** What is written is synced before, and a file that could not be opened has failed whoever asked for it. */
async function closeQuietly(handle: Promise<FileHandle>): Promise<void> {
  await handle.then((each) => each.close()).catch(() => undefined);
}

import { digestOf } from '../../../src/reference/index.ts';

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What a registry holds, in memory. All repositories share their blobs. */
export class Store {
  readonly blobs = new Map<string, Buffer>();
  /** By `<repository>:<tag or digest>`. */
  readonly manifests = new Map<string, StoredManifest>();
  /** What has come of each upload that was neither finished nor cancelled, by the path of its session. */
  readonly uploads = new Map<string, Buffer>();
  #sessions = 0;

  addBlob(content: string | Buffer): { mediaType: string; digest: `sha256:${string}`; size: number } {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes);
    return { mediaType: 'application/octet-stream', digest, size: bytes.byteLength };
  }

  /** The path of a new upload session. */
  openUpload(repository: string): string {
    const session = `/v2/${repository}/blobs/uploads/${this.#sessions}`;
    this.#sessions += 1;
    this.uploads.set(session, Buffer.alloc(0));
    return session;
  }
}

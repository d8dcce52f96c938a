import type { ErrorCode } from '../errors/index.ts';
import type { LeftOut } from '../catalog/left-out.ts';
import type { Digest } from '../reference/index.ts';
import type { PackageChanges } from '../sbom/package-changes.ts';
import type { Attachment } from './attachments.ts';
import type { Moved } from './push-rebased.ts';
import type { MovedTag } from './move-tags.ts';
import type { Violation } from './refusal.ts';

/** The version of what `rebase --json` prints. */
export const REBASE_SCHEMA_VERSION = 1;

/** What a run was to do: change images, tell what it would change, or say whether anything is outdated. */
export type RebaseMode = 'rebase' | 'dry-run' | 'check';

/** Everything that a run did, and what it left. */
export interface RebaseReport {
  readonly schemaVersion: typeof REBASE_SCHEMA_VERSION;
  readonly mode: RebaseMode;
  /** By name. */
  readonly images: readonly ImageReport[];
  /** What was not looked at. */
  readonly leftOut: readonly LeftOut[];
  /** Each pair of an old and a new run image once; by name. */
  readonly runImages: readonly RunImageReport[];
  /** Requests to registries and token servers, and bytes of their bodies. */
  readonly traffic: { readonly requests: number; readonly bytesUp: number; readonly bytesDown: number };
  /** From beginning to end. */
  readonly milliseconds: number;
}

/** What became of one image, under all of its tags. */
export type ImageReport = ImageName &
  (
    | ({ readonly state: 'rebased' } & Rebased)
    /** Would be rebased. */
    | ({ readonly state: 'outdated' } & Change)
    | { readonly state: 'current'; readonly digest: Digest }
    /** Not looked at, since the run was ended before. */
    | { readonly state: 'pending' }
    /** Left out: no app image, or its run image is not old enough. */
    | { readonly state: 'skipped'; readonly reason: string }
    | { readonly state: 'refused'; readonly violations: readonly Violation[] }
    | {
        readonly state: 'failed';
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint?: string;
        /** What was done before, when some of the tags have moved. */
        readonly done?: Rebased;
      }
  );

export type ImageState = ImageReport['state'];

interface ImageName {
  /** `registry.example/team/app`, Docker Hub in short form. */
  readonly repository: string;
  /** That lead to the image; none when it was named by its digest. */
  readonly tags: readonly string[];
}

/** What a rebase changes. */
export interface Change {
  /** Of what was read, by default what the tags led to: a manifest or an index. */
  readonly before: Digest;
  readonly after: Digest;
  /** Where the image was read under another name than the result gets: what that led to, if to anything. */
  readonly target?: { readonly was?: Digest };
  readonly platforms: readonly PlatformReport[];
  /** Attestations that the index has no longer. */
  readonly droppedAttestations: readonly Digest[];
}

/** A change that was made, at least to some of the tags. */
export interface Rebased extends Change {
  readonly moved: Moved;
  readonly movedTags: readonly MovedTag[];
  /** They belong to the old image: signatures and the like must be made again. */
  readonly attachments: readonly Attachment[];
}

/** What a run has published of an image, if anything. */
export function rebasedPart(image: ImageReport): Rebased | undefined {
  return image.state === 'rebased' ? image : image.state === 'failed' ? image.done : undefined;
}

/** One platform's image. */
export interface PlatformReport {
  readonly platform: string;
  readonly before: Digest;
  readonly after: Digest;
  readonly runImage: RunImageChange;
  /** Where this is not what the lifecycle decides by itself; sentences. */
  readonly decisions: readonly string[];
}

/** Which run image takes the place of which. */
export interface RunImageChange {
  /** Under which the new one was found. */
  readonly name: string;
  /** As the old image records it: a reference by digest. */
  readonly from?: string;
  readonly to: string;
}

/** What is different in a new run image. */
export interface RunImageReport extends RunImageChange {
  readonly platform: string;
  readonly packages: PackageChanges;
}

import type { BuildDirectory } from '../lifecycle/build-directory.ts';
import type { Image } from '../image/source.ts';
import type { Digest, ImageReference } from '../reference/index.ts';

/** A host directory or file that the user wants inside the build. */
export interface Volume {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** The builder as the engine gets it: named, pinned to one platform's manifest, and readable through our own client. */
export interface BuilderImage {
  /** As the user named it; undefined when it comes from a layout. */
  readonly reference?: ImageReference;
  /** Set when the image is already in the engine's own store under this name or id (`docker://NAME`). */
  readonly inEngine?: string;
  /** Why the engine can't be expected to pull it, for the log: `it was read from a mirror`. Absent: it is asked first. */
  readonly pullObstacle?: string;
  readonly image: Image;
  /** Diff IDs of layers that the build has no use for: they need not be fetched. */
  readonly unusedLayers?: ReadonlySet<Digest>;
}

/** Where a server of our own process has to listen so that a run reaches it, or why it can't be reached. */
export type RelayPlace =
  | {
      readonly kind: 'here';
      /** Of this machine; the run reaches it by the same address. */
      readonly address: string;
      /** Whether a connection from this address is the run's own. Others may reach the address too. */
      readonly admits: (remote: string) => Promise<boolean>;
    }
  | { readonly kind: 'nowhere'; readonly reason: string };

/** One run of the lifecycle's creator. */
export interface EngineRun {
  readonly builder: BuilderImage;
  readonly directory: BuildDirectory;
  /** `/cnb/lifecycle/creator` and its arguments. */
  readonly command: readonly string[];
  /** The whole environment of the lifecycle beside the builder image's own; nothing of ours is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** The CNB user that everything runs as. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Whose the files are that the build writes to, where the engine copies them; the user's id. Default: the user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** `default`, `none`, `host`, or the name of a network of the container engine. */
  readonly network: string;
  readonly volumes: readonly Volume[];
  /** Each line that the lifecycle and buildpacks print: hostile input. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs foreign code: isolated from our process, its environment and its files. */
export interface Engine {
  readonly kind: 'container' | 'rootfs';
  /** For the log: `docker 28.2`, `rootfs (mount namespace)`. */
  readonly description: string;
  /** Why it is not a better one of its kind, for `doctor`. */
  readonly because?: string;
  /** Gets the builder ready to run (pull, or fetch and unpack). May run beside other work. */
  provide(builder: BuilderImage, directory: BuildDirectory, signal: AbortSignal): Promise<void>;
  /**
   * Runs the command and gives its exit status. When it settles, however it does, no process that it started is alive, and what
   * the lifecycle wrote is in the build directory: the output layout, `layers/sbom`, `layers/report.toml`, the cache; after a failure at
   * least the folders in `layers`, empty and of 1970 where nothing else was brought out. Nothing else
   * is left behind (container, volume, mount) but a container that has ended, which goes by itself: `dispose` waits for that.
   */
  run(run: EngineRun): Promise<number>;
  /** Where a relay for runs on this network (`EngineRun.network`, not `none`) would have to listen. */
  relayPlace(network: string): Promise<RelayPlace>;
  /** Removes what `provide` put into the build directory, and waits until the runs' containers are gone. May be called again. */
  dispose(): Promise<void>;
}

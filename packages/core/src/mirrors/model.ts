import type { Place } from '../errors/index.ts';

/** Which references an endpoint serves. Tags may only be resolved where they can be trusted; content is its own proof. */
export type PullScope = 'all' | 'digest-only' | 'tag-only';

/** One client certificate. Without `key`, the certificate's file holds the key too. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key?: string;
}

/** What `hosts.toml` says about one server's API and TLS. Files are absolute paths. */
export interface ServerSettings {
  readonly scheme: 'http' | 'https';
  /** Where the API begins when that is not `/v2`: `/us/v2`. */
  readonly apiRoot?: string;
  /** PEM files, trusted beside the system's certificates. */
  readonly certificateAuthorities: readonly string[];
  readonly clientCertificates: readonly ClientCertificate[];
}

/** A place that serves the images of a rule. */
export interface MirrorTarget {
  /** `host[:port][/path]`, put in the place of the rule's prefix. Empty: the reference stays as it is. */
  readonly location: string;
  /** Plain http, or TLS with any certificate: said of this location's host and port, and of no other. */
  readonly insecure: boolean;
  readonly scope: PullScope;
  /**
   * Sent as the query parameter `ns` for servers that stand for several registries (distribution specification, "registry proxying").
   * `_default` stands for the registry that the reference names.
   */
  readonly namespace?: string;
  readonly server?: ServerSettings;
}

/** Where the images below one prefix are pulled from. */
export interface MirrorRule {
  /** `host[:port][/path]`, `*.host` for every host below it, or `_default`. Docker Hub is `docker.io`. */
  readonly prefix: string;
  /** Tried in this order, before the source. */
  readonly mirrors: readonly MirrorTarget[];
  /** The registry itself, tried last. */
  readonly source: MirrorTarget;
  /** The source is never asked. The mirrors are. */
  readonly blocked: boolean;
  /** Where the rule is written; absent when it came from the input `registry-mirrors`. */
  readonly place?: Place;
}

/** Something a user should know that is no error. */
export interface MirrorNotice {
  readonly message: string;
  readonly place?: Place;
}

/** All rules of one or more configurations. At most one rule has a given prefix. */
export interface MirrorRules {
  readonly rules: readonly MirrorRule[];
  readonly notices: readonly MirrorNotice[];
  /** In a closed network: whether a registry, in canonical form, may be reached. Absent: each. */
  readonly reaches?: (registry: string) => boolean;
  /** `host[:port][/path]/`: every image is looked for there first, by this and its full name, whatever the rules say. */
  readonly prefix?: string;
}

/** The source of a rule that only adds mirrors: the registry that the reference names. */
export const UNCHANGED_SOURCE: MirrorTarget = { location: '', insecure: false, scope: 'all' };

import type { CredentialOrigin } from '../auth/index.ts';
import type { ErrorCode } from '../errors/index.ts';

/** The version of what `doctor --json` prints (`docs/doctor.schema.json`). */
export const DOCTOR_SCHEMA_VERSION = 1;

/** How a build with these inputs would reach what it needs, and with `--check` whether it can. No secret is in it. */
export interface DoctorReport {
  readonly schemaVersion: typeof DOCTOR_SCHEMA_VERSION;
  readonly proxies: ProxyFacts;
  /** One for each server that the build would speak to, as far as is known before it answers. */
  readonly hosts: readonly HostFacts[];
  readonly certificates: CertificateFacts;
  readonly mirrors: MirrorFacts;
  readonly images: readonly ImageFacts[];
  readonly build: BuildFacts;
  readonly engine: EngineFacts;
  /** Absent: nothing was tried. */
  readonly checks?: readonly Check[];
}

/** The proxy settings in force. */
export interface ProxyFacts {
  readonly http?: ProxyInForce;
  readonly https?: ProxyInForce;
  /** The items of the list, as they are written. */
  readonly noProxy: readonly string[];
}

export interface ProxyInForce {
  /** `http://host:port`, without user and password. */
  readonly address: string;
  readonly authenticated: boolean;
  /** The input or variable that names it. */
  readonly source: string;
}

/** The way to one server, and what it needs beyond what all servers get. */
export interface HostFacts extends RouteFacts {
  /** `https://host[:port]`; without a scheme where only the server can tell which it speaks. */
  readonly address: string;
  /** TLS with any certificate, or plain http, is allowed: what says so. */
  readonly insecure?: string;
  /** Where the client certificate comes from that it is shown. */
  readonly clientCertificate?: string;
  /** Authorities that are trusted for it alone (`certs.d`). */
  readonly ownAuthorities: number;
}

export interface RouteFacts {
  /** `http://host:port`; absent: directly. */
  readonly proxy?: string;
  /** Why: the input, the variable, or the item of no-proxy that decides. */
  readonly because: string;
  /** Why there is no way at all: the proxy can't be used. */
  readonly problem?: string;
}

export interface CertificateFacts {
  /** All authorities in force, without doubles. */
  readonly trusted: number;
  readonly sources: readonly { readonly name: string; readonly count: number }[];
  /** What `ca-certificates` gave. */
  readonly user: readonly CertificateFact[];
  /** What is expired, expires within 30 days, is no authority's, or could not be read. */
  readonly warnings: readonly string[];
}

export interface CertificateFact {
  readonly subject: string;
  /** SHA-256, `AB:CD:…`. */
  readonly fingerprint: string;
  /** `2026-11-21` */
  readonly validTo: string;
  /** Whether Node.js or this machine trusts it anyway. */
  readonly known: boolean;
}

export interface MirrorFacts {
  readonly rules: readonly MirrorRuleFacts[];
  /** What was read and does not count, with its place. */
  readonly notices: readonly string[];
}

export interface MirrorRuleFacts {
  /** `host[/path]`, or `*.host`. */
  readonly prefix: string;
  /** In the order in which they are asked. */
  readonly mirrors: readonly string[];
  /** The registry itself is never asked. */
  readonly blocked: boolean;
  /** Where the rule is written. */
  readonly origin: string;
}

/** What an image is to a build. */
export type ImagePurpose = 'builder' | 'run-image' | 'buildpack' | 'previous-image' | 'destination' | 'cache';

export interface ImageFacts {
  readonly purpose: ImagePurpose;
  /** As people write it. */
  readonly name: string;
  /** The mirror rule that counts: its prefix and where it is written. */
  readonly rule?: { readonly prefix: string; readonly origin: string };
  /** In the order in which they are asked; none where the rules leave none. */
  readonly endpoints: readonly EndpointFacts[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

/** One server that is asked for an image, or written to. */
export interface EndpointFacts {
  readonly role: 'mirror' | 'registry';
  readonly name: string;
  /** What else is to be known: `for digests only`. */
  readonly notes: readonly string[];
  readonly credential: CredentialFacts;
}

/** Who we are to a repository. */
export type CredentialFacts =
  | { readonly kind: 'anonymous' }
  | ({ readonly kind: 'basic'; readonly username: string } & CredentialOrigin)
  | ({ readonly kind: 'identity-token' | 'bearer' } & CredentialOrigin)
  /** It can't be told: a file or a helper is broken. */
  | { readonly kind: 'unreadable'; readonly problem: string };

/** What buildpacks get of all this. */
export interface BuildFacts {
  /** HTTP_PROXY, HTTPS_PROXY, NO_PROXY; they get both letter cases. */
  readonly proxies: readonly BuildProxyFacts[];
  /** Certificates in a binding of type `ca-certificates`. */
  readonly certificates: number;
  readonly certificateVariables: readonly string[];
  /** Whether the image gets the certificates as well. */
  readonly embedded: boolean;
}

export interface BuildProxyFacts {
  readonly variable: string;
  /** Without user and password. */
  readonly value: string;
  /** What stands between, where buildpacks can't use the proxy as it is. */
  readonly relay?: string;
}

export interface EngineFacts {
  readonly kind: 'container' | 'rootfs' | 'none';
  /** `docker 28.2`, or why there is none. */
  readonly description: string;
  readonly hint?: string;
  /** Why it is not a better one of its kind. */
  readonly because?: string;
  /** Who gets the builder onto this machine. */
  readonly builderFrom?: { readonly by: 'engine' } | { readonly by: 'us'; readonly because: string };
}

export type Verdict = 'ok' | 'warning' | 'failed';

/** Where on the way something failed. */
export type Hop = 'dns' | 'tcp' | 'proxy' | 'tls' | 'http' | 'credentials' | 'content' | 'input';

/** One thing that was tried. */
export interface Check {
  readonly verdict: Verdict;
  readonly what: CheckKind;
  /** What it was tried with: an address, an image. */
  readonly subject: string;
  /** What was found out, one line. */
  readonly message: string;
  /** Lines for below it: certificates that were seen. */
  readonly details: readonly string[];
  /** What to do. */
  readonly remedy?: string;
  /** Where on the way it failed. */
  readonly hop?: Hop;
  /** The kind of the failure, which decides the exit status. */
  readonly code?: ErrorCode;
}

/**
 * `proxy`: whether it listens; `connect`: the way to a registry's API; `token service` and `storage`: where a registry sent us; `read`:
 * manifest and configuration of an image, or a layer cache; `write`: the right to push, or to write a layer cache; `download`: a buildpack on the web.
 */
export type CheckKind = 'engine' | 'proxy' | 'connect' | 'token service' | 'storage' | 'read' | 'write' | 'download';

import { type Certificate, day } from './certificate.ts';
import type { ProbeResult } from './probe.ts';
import { tellingCode, type TlsFailure } from './failure.ts';
import { remedy } from './remedy.ts';

/** What happened, what was seen, and what to do, for people. */
export interface TlsExplanation {
  /** One line. */
  readonly message: string;
  /** Lines for below it. */
  readonly details: readonly string[];
  /** One sentence or two. */
  readonly hint: string;
}

/** Puts a failure into words. Pure: what it says comes from the probe that was made. */
export function explainTlsFailure(failure: TlsFailure): TlsExplanation {
  const { probe } = failure;
  const code = tellingCode(failure.code, probe) ?? failure.code;
  const { problem, hint } = remedy({ ...failure, code });
  return {
    message: `${failure.host} ${problem} (${code})`,
    details: [...chainLines(probe, failure.now), routeLine(failure), trustLine(failure)],
    hint,
  };
}

function chainLines({ chain, protocol }: ProbeResult, now: number): readonly string[] {
  if (chain.length === 0) return ['no certificate was seen'];
  return [
    `certificates seen${protocol === undefined ? '' : ` (${protocol})`}:`,
    ...chain.flatMap((certificate, index) => certificateLines(certificate, index + 1, now)),
  ];
}

function certificateLines(certificate: Certificate, number: number, now: number): readonly string[] {
  const { subject, issuer, fingerprint256, validFrom, validTo } = certificate;
  const state = validTo < now ? ', expired' : validFrom > now ? ', not valid yet' : '';
  return [
    `  ${number}. ${subject}`,
    `     issued by ${subject === issuer ? 'itself' : issuer}`,
    `     valid from ${day(validFrom)} to ${day(validTo)}${state}`,
    `     SHA-256 ${fingerprint256}`,
  ];
}

function routeLine({ proxy }: TlsFailure): string {
  return proxy === undefined ? 'connected directly, without a proxy' : `connected through the proxy ${proxy}`;
}

function trustLine({ sources, clientCertificate }: TlsFailure): string {
  const counts = sources.map(({ name, count }) => `${count} of ${name}`).join(', ');
  const trusted = `trusted authorities: ${counts === '' ? 'none' : counts}`;
  return clientCertificate === undefined ? trusted : `${trusted}; client certificate shown: ${clientCertificate}`;
}

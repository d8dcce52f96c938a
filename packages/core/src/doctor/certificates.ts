import { certificateWarnings, day } from '../trust/certificate.ts';
import { readPemCertificates } from '../trust/certificate-text.ts';
import type { ClientCertificate, TrustStore } from '../trust/index.ts';
import type { CertificateFacts } from './report.ts';

/** Whom we trust, and what is to be known about it. */
export function describeCertificates(
  store: TrustStore,
  clients: readonly ClientCertificate[],
  now: number,
): CertificateFacts {
  return {
    trusted: store.certificates.length,
    sources: store.sources.map(({ name, count }) => ({ name, count })),
    user: store.userCertificates.map((certificate) => ({
      subject: certificate.subject,
      fingerprint: certificate.fingerprint256,
      validTo: day(certificate.validTo),
      known: !store.addedCertificates.includes(certificate),
    })),
    warnings: [
      ...store.sources.flatMap(({ warnings }) => warnings),
      ...clients.flatMap((client) => clientWarnings(client, now)),
    ],
  };
}

/** That it is no authority's is as it should be. */
function clientWarnings({ source, certificate }: ClientCertificate, now: number): readonly string[] {
  const [own] = readPemCertificates(certificate).certificates;
  const warnings = own === undefined ? [] : certificateWarnings({ ...own, authority: true }, now);
  return warnings.map(({ message }) => `${source}: ${message}`);
}

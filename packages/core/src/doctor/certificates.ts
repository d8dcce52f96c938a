import type { ConnectionInputs } from '../inputs/connection.ts';
import { day } from '../trust/certificate.ts';
import type { TrustStore } from '../trust/index.ts';
import type { CertificateFacts } from './report.ts';

/** Whom we trust, and what is to be known about it. */
export function describeCertificates(store: TrustStore, { userCertificates }: ConnectionInputs): CertificateFacts {
  return {
    trusted: store.certificates.length,
    sources: store.sources.map(({ name, count }) => ({ name, count })),
    user: (userCertificates?.certificates ?? []).map(({ subject, fingerprint256, validTo }) => ({
      subject,
      fingerprint: fingerprint256,
      validTo: day(validTo),
    })),
    warnings: store.sources.flatMap(({ warnings }) => warnings),
  };
}

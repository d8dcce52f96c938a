export type { Certificate, TrustedCertificate } from './certificate.ts';
export { certsDirectories } from './certs-directory.ts';
export { readClientCertificates } from './client-certificates.ts';
export {
  BUNDLE_BINDING,
  type CertificateBinding,
  type CertificateDelivery,
  CERTIFICATES_BINDING,
  deliverCertificates,
  type DeliveryOptions,
  SAFE_VARIABLES,
  TRUST_VARIABLES,
  type TrustVariable,
} from './delivery.ts';
export { diagnoseTlsFailure, type TlsFailureContext } from './diagnose.ts';
export { explainTlsFailure, type TlsExplanation } from './explain.ts';
export { isHangUp, mayBeTlsFailure, type TlsFailure } from './failure.ts';
export { createHostTrust, type HostTrustOptions } from './host-trust.ts';
export { type ProbeOptions, type ProbeResult, probeTls, type ProbeTarget } from './probe.ts';
export { type CertificateFiles, checkCertificateFiles } from './server-trust.ts';
export { SYSTEM_PLACES, type SystemPlaces } from './system-certificates.ts';
export { loadTrustStore, secureContext, type TrustOptions, type TrustStore } from './trust-store.ts';
export type { ClientCertificate, HostTrust, TrustSource } from './types.ts';
export { readUserCertificates, type UserCertificates, type UserCertificatesContext } from './user-certificates.ts';

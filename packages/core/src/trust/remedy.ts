import { day } from './certificate.ts';
import type { TlsFailure } from './failure.ts';

/** What is wrong, to follow the host's name, and what to do about it. */
export interface Remedy {
  readonly problem: string;
  readonly hint: string;
}

const COMPARE = 'after you have compared its fingerprint with the one that its owner tells you';

/** First match wins. Codes as seen with Node 24 and OpenSSL 3.5. */
const REMEDIES: readonly (readonly [RegExp, (failure: TlsFailure) => Remedy])[] = [
  [/^SELF_SIGNED_CERT_IN_CHAIN$/, unknownRoot],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, selfSigned],
  [/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED)$/, unknownIssuer],
  [/^INVALID_(PURPOSE|CA)$/, otherPurpose],
  [/^CERT_HAS_EXPIRED$/, expired],
  [/^CERT_NOT_YET_VALID$/, notYetValid],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, otherNames],
  [/KEY_VALUES_MISMATCH/, keyMismatch],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|^EPROTO$/, noTls],
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, oldProtocol],
  [/ALERT_(CERTIFICATE_|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/, clientRefused],
  [/^UNSPECIFIED$|KEY_TOO_SMALL|MD_TOO_WEAK/, weakKey],
];

export function remedy(failure: TlsFailure): Remedy {
  const known = REMEDIES.find(([code]) => code.test(failure.code));
  if (known !== undefined) return known[1](failure);
  return {
    problem: 'could not be spoken to over TLS',
    hint: 'Check that it is the right host and port, and whether it wants a certificate from the client.',
  };
}

function unknownRoot({ probe, proxy }: TlsFailure): Remedy {
  const root = probe.chain.at(-1)?.subject;
  const named = root === undefined ? 'the last certificate that was sent' : `the certificate of "${root}"`;
  const usual = proxy === undefined ? 'A proxy that looks into TLS' : `The proxy ${proxy}, if it looks into TLS,`;
  return {
    problem: 'has a certificate from an authority that is not trusted',
    hint: `Add ${named} to ca-certificates, ${COMPARE}. ${usual} puts its own authority in the place of the server's.`,
  };
}

function selfSigned(): Remedy {
  return {
    problem: 'has a certificate that it signed itself, and that is not trusted',
    hint: `Give the server a certificate of an authority, or add its own to ca-certificates ${COMPARE}.`,
  };
}

/** Where chains may end in an intermediate authority, OpenSSL has one code for both cases: what was sent tells them apart. */
function unknownIssuer({ probe }: TlsFailure): Remedy {
  const last = probe.chain.at(-1);
  const named = last === undefined ? 'the authority that issued it' : `"${last.issuer}"`;
  if (probe.chain.length === 1) {
    return {
      problem: 'sent its certificate alone, and who issued it is not trusted',
      hint: `Add the certificate of ${named} to ca-certificates; if that is an intermediate authority, the server should send it as well.`,
    };
  }
  return {
    problem: 'has a certificate from an authority that is not trusted',
    hint: `Add the certificate of ${named} to ca-certificates.`,
  };
}

function otherPurpose(): Remedy {
  return {
    problem: 'has a certificate that is not meant for a server, or whose authority may not sign',
    hint: 'Give the server a certificate for servers (extended key usage serverAuth), issued by an authority.',
  };
}

function expired({ probe, now }: TlsFailure): Remedy {
  const old = probe.chain.find(({ validTo }) => validTo < now);
  return {
    problem: 'has a certificate that has expired, or whose authority has',
    hint:
      old === undefined
        ? `Renew the authority's certificate in ca-certificates, or set this machine's clock right: it says ${day(now)}.`
        : `Renew the certificate of "${old.subject}", which ended on ${day(old.validTo)}, if this machine's clock is right: it says ${day(now)}.`,
  };
}

function notYetValid({ probe, now }: TlsFailure): Remedy {
  const early = probe.chain.find(({ validFrom }) => validFrom > now);
  const begins =
    early === undefined ? '' : `, and the certificate of "${early.subject}" begins on ${day(early.validFrom)}`;
  return {
    problem: 'has a certificate that is not valid yet',
    hint: `Set this machine's clock right: it says ${day(now)}${begins}.`,
  };
}

function otherNames({ probe }: TlsFailure): Remedy {
  const names = probe.names.join(', ');
  return {
    problem: 'has a certificate for other host names',
    hint:
      names === ''
        ? 'Give the server a certificate that has this name as a subject alternative name.'
        : `Use a name that its certificate is for (${names}), or give the server one for this name.`,
  };
}

function keyMismatch({ clientCertificate }: TlsFailure): Remedy {
  return {
    problem: 'was not contacted, since the key of the client certificate does not belong to it',
    hint: `Check ${clientCertificate ?? 'client-certificates'} and its key.`,
  };
}

function noTls({ host, proxy }: TlsFailure): Remedy {
  const seen = proxy === undefined ? '' : ', or the proxy answers in its place';
  return {
    problem: `does not speak TLS on this port${seen}`,
    hint: `Check the port; if it is meant to be plain http, list ${host} in insecure-registries.`,
  };
}

function oldProtocol(): Remedy {
  return {
    problem: 'speaks no version of TLS that is still safe',
    hint: 'Let the server offer TLS 1.2 or 1.3.',
  };
}

function clientRefused({ host, clientCertificate }: TlsFailure): Remedy {
  if (clientCertificate === undefined) {
    return {
      problem: 'ended the handshake, as a server does that wants a certificate from the client',
      hint: `Give it with client-certificates: ${host}=CERTIFICATE,KEY, or in certs.d/${host}.`,
    };
  }
  return {
    problem: 'refused the certificate of the client',
    hint: `Check that ${clientCertificate} has not expired, and that the server trusts who issued it.`,
  };
}

function weakKey(): Remedy {
  return {
    problem: 'has a certificate whose key or signature is too weak',
    hint: 'Give the server a certificate with at least 2048 bits of RSA or 256 of a curve, signed with SHA-256.',
  };
}

import type { DoctorReport } from '../../src/doctor/report.ts';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

/** A report that has everything, from behind a company's proxy. */
export const SAMPLE_REPORT: DoctorReport = {
  schemaVersion: 1,
  proxies: {
    http: { address: 'http://proxy.corp:3128', authenticated: false, source: 'http_proxy' },
    https: { address: 'http://proxy.corp:3128', authenticated: true, source: 'https-proxy' },
    noProxy: ['.corp', '10.0.0.0/8'],
  },
  hosts: [
    { address: 'https://mirror.corp', because: 'no-proxy has ".corp"', ownAuthorities: 0 },
    {
      address: 'https://registry-1.docker.io',
      proxy: 'http://proxy.corp:3128',
      because: 'https-proxy',
      ownAuthorities: 0,
    },
    {
      address: 'registry.corp:5000',
      because: 'no-proxy has ".corp"',
      insecure: 'insecure-registries',
      clientCertificate: 'client.pem',
      ownAuthorities: 1,
    },
    {
      address: 'https://other.example',
      because: 'HTTPS_PROXY',
      problem: '"ftp://proxy" is a proxy of the unknown kind ftp',
      ownAuthorities: 0,
    },
  ],
  certificates: {
    trusted: 142,
    sources: [
      { name: 'Node.js', count: 121 },
      { name: '/etc/ssl/certs/ca-certificates.crt', count: 140 },
      { name: 'corp.pem', count: 1 },
    ],
    user: [{ subject: 'CN=Corp Root', fingerprint: FINGERPRINT, validTo: '2026-12-01', known: false }],
    warnings: ['the certificate "CN=Corp Root" expires on 2026-12-01'],
  },
  mirrors: {
    rules: [
      { prefix: 'docker.io', mirrors: ['mirror.corp/hub'], blocked: false, origin: 'registries.conf:3' },
      { prefix: 'quay.io', mirrors: [], blocked: true, origin: 'registries.conf:9' },
    ],
    notices: ['registries.conf:1: "unqualified-search-registries" is not used'],
  },
  images: [
    {
      purpose: 'builder',
      name: 'corp/builder:1',
      rule: { prefix: 'docker.io', origin: 'registries.conf:3' },
      endpoints: [
        { role: 'mirror', name: 'mirror.corp/hub/corp/builder:1', notes: [], credential: { kind: 'anonymous' } },
        {
          role: 'registry',
          name: 'corp/builder:1',
          notes: ['insecure'],
          credential: { kind: 'identity-token', source: '/home/ci/.docker/config.json', helper: 'pass' },
        },
      ],
      skipped: [{ name: 'cache.corp/hub', why: 'this mirror may not resolve tags' }],
    },
    {
      purpose: 'run-image',
      name: 'quay.io/corp/run:1',
      rule: { prefix: 'quay.io', origin: 'registries.conf:9' },
      endpoints: [],
      skipped: [{ name: 'quay.io/corp/run', why: 'the registry is blocked' }],
    },
    {
      purpose: 'destination',
      name: 'registry.corp:5000/team/app:latest',
      endpoints: [
        {
          role: 'registry',
          name: 'registry.corp:5000/team/app:latest',
          notes: [],
          credential: { kind: 'basic', source: 'registry-auth', key: 'registry.corp:5000/team', username: 'ci' },
        },
      ],
      skipped: [],
    },
  ],
  build: {
    proxies: [
      { variable: 'HTTP_PROXY', value: 'http://proxy.corp:3128' },
      {
        variable: 'HTTPS_PROXY',
        value: 'http://proxy.corp:3128',
        relay: 'reached by a relay of ours, since it wants a password',
      },
      { variable: 'NO_PROXY', value: '.corp,10.0.0.0/8,localhost,127.0.0.1,::1' },
    ],
    certificates: 1,
    certificateVariables: ['NODE_EXTRA_CA_CERTS', 'PIP_CERT'],
    embedded: true,
  },
  engine: {
    kind: 'container',
    description: 'docker 28.2',
    builderFrom: { by: 'us', because: 'it was read from mirror.corp/hub/corp/builder' },
  },
  checks: [
    { verdict: 'ok', what: 'engine', subject: 'docker 28.2', message: 'answers', details: [] },
    {
      verdict: 'ok',
      what: 'connect',
      subject: 'mirror.corp',
      message: 'directly, TLSv1.3, certificate by "CN=Corp Root"; open to everyone',
      details: [],
    },
    {
      verdict: 'failed',
      what: 'connect',
      subject: 'registry.corp:5000',
      hop: 'tls',
      message: 'registry.corp:5000 has a certificate from an authority that is not trusted',
      details: ['certificates seen (TLSv1.3):', '  1. CN=registry'],
      remedy: 'Add the certificate of "CN=Corp Root" to ca-certificates.',
      code: 'registry',
    },
    {
      verdict: 'warning',
      what: 'read',
      subject: 'corp/builder:1',
      hop: 'dns',
      message: 'the host name "registry-1.docker.io" is not known',
      details: [],
      remedy: 'Check the spelling of registry-1.docker.io.',
      code: 'temporary',
    },
    {
      verdict: 'failed',
      what: 'write',
      subject: 'registry.corp:5000/team/app',
      message: "not tried: registry.corp:5000 can't be reached",
      details: [],
      code: 'registry',
    },
  ],
};

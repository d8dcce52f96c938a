import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../src/doctor/checks/failure.ts';
import { BuildpacksError, InputError } from '../../src/errors/index.ts';
import { networkFailure } from '../../src/network/index.ts';
import { RegistryError } from '../../src/registry/index.ts';

const URL_ = new URL('https://registry.example/v2/');
const failing = (code: string) => networkFailure(Object.assign(new Error(code), { code }), URL_);
const refused = (status: number) =>
  new RegistryError({
    code: 'denied',
    task: 'read x',
    method: 'GET',
    url: 'https://r/v2/x',
    status,
    reason: 'no',
    hint: 'Log in.',
  });

describe('describeFailure', () => {
  test.each([
    ['a host without an address', failing('ENOTFOUND'), 'dns'],
    ['a closed port', failing('ECONNREFUSED'), 'tcp'],
    ['a silent host', failing('UND_ERR_CONNECT_TIMEOUT'), 'tcp'],
    ['a silent handshake', failing('ERR_TLS_HANDSHAKE_TIMEOUT'), 'tls'],
    ['an unknown authority', failing('SELF_SIGNED_CERT_IN_CHAIN'), 'tls'],
    ['no TLS at all', failing('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls'],
    ['no HTTP', failing('HPE_INVALID_CONSTANT'), 'http'],
    ['a 401', refused(401), 'credentials'],
    ['a 403', refused(403), 'credentials'],
    ['a 500', refused(500), 'http'],
    ['broken content', new BuildpacksError('image', 'broken'), 'content'],
    ['an input', new InputError([{ input: 'builder', message: 'is none' }]), 'input'],
    [
      'an input that the registry refused',
      new InputError([{ input: 'builder', message: 'x' }], { cause: refused(401) }),
      'credentials',
    ],
    [
      'a closed port under a call of the registry',
      new RegistryError({ code: 'temporary', task: 'x', reason: 'y', cause: failing('ECONNREFUSED') }),
      'tcp',
    ],
  ])('finds the hop of %s', (_, error, hop) => {
    expect(describeFailure(error).hop).toBe(hop);
  });

  test('leaves out what was tried, and keeps the remedy', () => {
    expect(describeFailure(refused(401))).toEqual({
      hop: 'credentials',
      code: 'denied',
      message: 'GET https://r/v2/x: no',
      details: [],
      remedy: 'Log in.',
    });
  });

  test('puts what was seen below the first line', () => {
    const error = new BuildpacksError('registry', 'not trusted\ncertificates seen:\n  1. CN=x');
    expect(describeFailure(error)).toMatchObject({
      message: 'not trusted',
      details: ['certificates seen:', '  1. CN=x'],
    });
  });
});

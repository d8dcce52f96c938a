import { describe, expect, it } from 'vitest';
import { closedNetworkVariables } from '../../src/build/prepare/closed-network.ts';
import { parseConnectionInputs } from '../../src/inputs/index.ts';

function variables({ offline = false, network = 'default', taken = [] as readonly string[] } = {}) {
  const inputs = { offline: String(offline) };
  const connection = parseConnectionInputs(inputs, { environment: {}, workingDirectory: '/', now: 0 });
  return closedNetworkVariables({ connection, network }, taken);
}

describe('the variables for a closed network', () => {
  it('are none in an open one', () => {
    expect(variables()).toEqual({});
  });

  it('keep tools from asking who was not named, and let them try again at mirrors, with offline', () => {
    expect(variables({ offline: true })).toMatchObject({
      AWS_EC2_METADATA_DISABLED: 'true',
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
    });
    expect(Object.keys(variables({ offline: true })).filter((name) => /RETR/.test(name))).toEqual([]);
  });

  it('let nothing be tried again without a network', () => {
    expect(variables({ network: 'none' })).toMatchObject({
      AWS_EC2_METADATA_DISABLED: 'true',
      NPM_CONFIG_FETCH_RETRIES: '0',
      PIP_RETRIES: '0',
    });
  });

  it.each(['PIP_RETRIES', 'pip_retries', 'Pip_Retries'])('leave %s to whom it belongs', (name) => {
    expect(variables({ network: 'none', taken: [name] })).not.toHaveProperty('PIP_RETRIES');
  });
});

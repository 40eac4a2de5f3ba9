import { WeftError } from '@weft/errors';
import { type TransportSecurity } from '@weft/rpc';
import { booleanSetting, type Environment, loadConfig, optionalTextSetting } from '@weft/runtime';
import { readSettingFile } from './read-setting-file';

const variables = ['WEFT_TLS_CA_FILE', 'WEFT_TLS_CERT_FILE', 'WEFT_TLS_KEY_FILE'] as const;

/**
 * Reads how the services of this weft reach each other: over TLS with certificates on both sides, or in the clear if that is asked for
 * by name.
 *
 * @throws WeftError FAILED_PRECONDITION `BAD_CONFIGURATION` when neither is set up, or a file cannot be read
 */
export function loadTransportSecurity(env: Environment): TransportSecurity {
  const settings = loadConfig(
    {
      WEFT_TLS_CA_FILE: fileSetting('the certificates of the authority that signed every service', 'ca.crt'),
      WEFT_TLS_CERT_FILE: fileSetting("this service's certificate, which names the service", 'tls.crt'),
      WEFT_TLS_KEY_FILE: fileSetting("the certificate's private key", 'tls.key'),
      WEFT_INSECURE_TRANSPORT: booleanSetting({
        default: false,
        description: 'whether services talk to each other without TLS',
      }),
    },
    env,
  );
  const missing = variables.filter((variable) => settings[variable] === undefined);
  if (missing.length === variables.length && settings.WEFT_INSECURE_TRANSPORT) return { kind: 'insecure' };
  if (missing.length > 0) throw badSecurity(missing);
  if (settings.WEFT_INSECURE_TRANSPORT)
    throw badConfiguration('WEFT_INSECURE_TRANSPORT: must not be true where WEFT_TLS_* name certificates.');
  const read = () => {
    const [authority, certificate, key] = variables.map((variable) =>
      readSettingFile(variable, settings[variable]!),
    );
    return { authority: authority!, certificate: certificate!, key: key! };
  };
  // Certificates are renewed under the same names: connections made later use the new ones.
  return { kind: 'tls', ...read(), reload: read };
}

function fileSetting(what: string, name: string) {
  return optionalTextSetting({ description: `the PEM file of ${what}`, example: `/etc/weft/tls/${name}` });
}

function badSecurity(missing: readonly string[]): WeftError {
  return badConfiguration(
    `${missing.join(', ')}: must be set, so that services reach each other over TLS. On a machine of your own, ` +
      'WEFT_INSECURE_TRANSPORT=true does without.',
  );
}

function badConfiguration(message: string): WeftError {
  return new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION', message);
}

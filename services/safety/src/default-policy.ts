import { safety } from '@weft/contracts';

const { Action, EntityKind } = safety;

/** The policy that applies where none is named. Every tenant has it from the first, without a row. */
export const defaultPolicyName = 'default';

/** The version that the built-in spec has until a tenant changes it. */
export const builtInVersion = 1;

const redactions: safety.Rule[] = [
  { kind: EntityKind.SECRET, action: Action.REDACT },
  { kind: EntityKind.CARD, action: Action.REDACT },
  { kind: EntityKind.IBAN, action: Action.REDACT },
];

/**
 * What `default` does until a tenant changes it. Contact details are left where they are, because documents
 * that answers are made of name them rightfully. In output they are not even looked for: a stream would hold
 * each word back until the next one comes.
 */
export const builtInSpec: safety.PolicySpec = {
  description:
    'Redacts secrets, card numbers and IBANs. Reports e-mail addresses, telephone numbers and IP addresses of input.',
  inputRules: [
    ...redactions,
    { kind: EntityKind.EMAIL, action: Action.DETECT },
    { kind: EntityKind.PHONE, action: Action.DETECT },
    { kind: EntityKind.IP, action: Action.DETECT },
  ],
  outputRules: redactions,
};

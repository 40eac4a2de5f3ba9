import { safety } from '@weft/contracts';
import { internal } from '@weft/errors';
import { createCardDetector } from './card-detector';
import { type Detector } from './detector';
import { createEmailDetector } from './email-detector';
import { kindsByPrecedence } from './entity-kinds';
import { type KindRule } from './finding';
import { createIbanDetector } from './iban-detector';
import { createIpDetector } from './ip-detector';
import { createPhoneDetector } from './phone-detector';
import { type PhoneNumbers } from './phone-numbers';
import { createSecretDetector } from './secret-detector';

/** What is looked for in a text and what is done with it: a policy's rules of one direction, ready to use. */
export interface ScreeningPlan {
  /** Fresh detectors for one text, one a kind, the most telling kind first. */
  createDetectors(): Detector[];
  /** What is done with a kind. */
  actionOf(kind: safety.EntityKind): safety.Action;
}

/**
 * Makes a plan of rules.
 *
 * @param rules at most one a kind; a kind without is not looked for
 */
export function createScreeningPlan(rules: readonly KindRule[], numbers: PhoneNumbers): ScreeningPlan {
  const actions = new Map(rules.map(({ kind, action }) => [kind, action]));
  const factories = kindsByPrecedence
    .filter((kind) => actions.has(kind))
    .map((kind) => factoryOf(kind, numbers));
  return {
    createDetectors: () => factories.map((create) => create()),
    actionOf(kind) {
      const action = actions.get(kind);
      if (action === undefined) throw internal(`nothing is planned for findings of the kind ${kind}`);
      return action;
    },
  };
}

function factoryOf(kind: safety.EntityKind, numbers: PhoneNumbers): () => Detector {
  const { EntityKind } = safety;
  switch (kind) {
    case EntityKind.SECRET:
      return createSecretDetector;
    case EntityKind.IBAN:
      return createIbanDetector;
    case EntityKind.CARD:
      return createCardDetector;
    case EntityKind.EMAIL:
      return createEmailDetector;
    case EntityKind.IP:
      return createIpDetector;
    case EntityKind.PHONE:
      return () => createPhoneDetector(numbers);
    default:
      throw internal(`there is no detector for the kind ${kind}`);
  }
}

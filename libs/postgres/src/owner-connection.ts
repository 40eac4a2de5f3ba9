import { type Transaction } from './database';

/** A transaction of the owner of the schemas: under no tenant and no service's role. */
export interface OwnerTransaction extends Transaction {
  /** Runs SQL text of any number of statements without parameters. */
  script(text: string): Promise<void>;
}

/** What setting up schemas and applying migrations need of an engine. */
export interface OwnerConnection {
  transaction<T>(work: (transaction: OwnerTransaction) => Promise<T>): Promise<T>;
}

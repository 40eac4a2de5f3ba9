import { batchContract } from './engine-contract/batch-contract';
import { closingContract } from './engine-contract/closing-contract';
import { type MakeEngine, useEngineStand } from './engine-contract/engine-stand';
import { errorContract } from './engine-contract/error-contract';
import { roleContract } from './engine-contract/role-contract';
import { tenantContract } from './engine-contract/tenant-contract';
import { transactionContract } from './engine-contract/transaction-contract';
import { valueContract } from './engine-contract/value-contract';

/**
 * The tests that every database engine must pass, for jest.
 *
 * @param name names the engine in the report
 * @param makeEngine makes an engine whose interactive transactions may last `transactionMsMax` milliseconds
 */
export function databaseEngineContract(name: string, makeEngine: MakeEngine): void {
  describe(`${name} as a database engine`, () => {
    const stand = useEngineStand(makeEngine);
    describe('values', () => valueContract(stand));
    describe('errors', () => errorContract(stand));
    describe('a batch', () => batchContract(stand));
    describe('a transaction', () => transactionContract(stand));
    describe('tenants', () => tenantContract(stand));
    describe('the role of a service', () => roleContract(stand));

    it('is ready while it is open', async () => {
      await expect(stand.engine.checkReady()).resolves.toBeUndefined();
    });
  });

  describe(`${name} when it is closed`, () => closingContract(makeEngine));
}

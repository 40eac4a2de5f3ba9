import { methodPolicy } from '@weft/rpc';
import { doorMethods } from './door-methods';

it.each(Object.values(doorMethods))('%s is a public unary RPC', (path) => {
  expect(methodPolicy(path)).toMatchObject({ exposure: 'public', kind: 'unary' });
});

import { accountIn } from './account';

it('takes nobody', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/nonexistent:/bin/false\n';
  expect(accountIn(passwd)).toEqual({ uid: 65534, gid: 65533 });
});

it('takes daemon where there is no nobody', () => {
  expect(accountIn('root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\n')).toEqual({ uid: 1, gid: 1 });
});

it.each([
  ['nobody who is root', 'nobody:x:0:0::/:/bin/sh'],
  ['a user whose name only begins so', 'nobody2:x:7:7::/:/bin/sh'],
  ['a line that is cut', 'nobody'],
  ['nothing', ''],
])('does not take %s', (_what, passwd) => {
  expect(accountIn(passwd)).toBeUndefined();
});

import { findProcess, listProcesses, parseProcessStatus, parseProcessTable } from './process-table';

const afterName =
  'S 41 42 42 0 -1 4194560 101 0 0 0 3 1 0 0 20 0 1 0 987654 2400256 300 18446744073709551615';

it.each(['postgres', 'a b', 'odd) R 7 7', '(sd-pam)'])(
  "reads the status of a process that is called '%s'",
  (name) => {
    expect(parseProcessStatus(`42 (${name}) ${afterName}`, 'boot')).toEqual({
      pid: 42,
      parentPid: 41,
      state: 'S',
      startedAt: 'boot/987654',
    });
  },
);

it('reads the table that ps prints', () => {
  const table = '    1     0 Ss   Mon Nov  2 10:00:00 2026\n  412     1 TN   Mon Nov  2 10:00:07 2026\n';
  expect(parseProcessTable(table)).toEqual([
    { pid: 1, parentPid: 0, state: 'S', startedAt: 'Mon Nov 2 10:00:00 2026' },
    { pid: 412, parentPid: 1, state: 'T', startedAt: 'Mon Nov 2 10:00:07 2026' },
  ]);
});

it('finds this process among all', () => {
  expect(listProcesses()).toContainEqual(
    expect.objectContaining({ pid: process.pid, parentPid: process.ppid }),
  );
});

it('finds no process of a pid that there is not', () => {
  expect(findProcess(2 ** 30)).toBeUndefined();
});

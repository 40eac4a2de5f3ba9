import { performance } from 'node:perf_hooks';
import { metrics } from '@weft/runtime';

/** Measures this process: its memory and how busy its event loop is. Returns what ends that. */
export function observeProcess(): () => void {
  let last = performance.eventLoopUtilization();
  const ends = [
    metrics.memoryUsage.observe(() => [{ value: process.memoryUsage.rss(), labels: {} }]),
    metrics.heapUsed.observe(() => [{ value: process.memoryUsage().heapUsed, labels: {} }]),
    metrics.eventLoopUtilization.observe(() => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return [{ value: utilization, labels: {} }];
    }),
  ];
  return () => ends.forEach((end) => end());
}

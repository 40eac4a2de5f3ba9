import { figure, formatTable } from '../table';
import { atLeast, type TargetResult } from '../target';
import { type VectorFigures } from './measure-vectors';

export function vectorsText(figures: VectorFigures): string {
  const rows = figures.tenants.map((tenant) => [
    `${(tenant.share * 100).toFixed(1)} %`,
    figure(tenant.vectors),
    figure(tenant.recall10, 3),
    figure(tenant.foundMin),
    figure(tenant.exactP50Ms, 1),
    figure(tenant.approximateP50Ms, 1),
    figure(tenant.approximateP50Ms / tenant.exactP50Ms, 2),
    tenant.chosen,
  ]);
  const headings = [
    'tenant',
    'vectors',
    'recall@10',
    'found min',
    'exact p50 ms',
    'HNSW p50 ms',
    'ratio',
    'service takes',
  ];
  const { vectors, dimensions, queries, writeSeconds, buildSeconds, storeMsPerVector } = figures;
  return (
    `Vectors: ${vectors} of ${dimensions} dimensions, ${queries} queries a tenant (written in ${writeSeconds.toFixed(0)} s, ` +
    `index built in ${buildSeconds.toFixed(0)} s, one more vector stored in ${storeMsPerVector.toFixed(1)} ms)\n\n${formatTable(headings, rows)}`
  );
}

/** What approximate search must hold, whichever the service takes. */
export function vectorsTargets({ tenants }: VectorFigures): TargetResult[] {
  return tenants.map(({ share, recall10 }) =>
    atLeast(`HNSW recall@10, ${(share * 100).toFixed(1)} % of the vectors`, recall10, 0.95, ''),
  );
}

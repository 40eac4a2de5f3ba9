import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';

import { columnParsers, parameterSerializers } from './value-codec';

/** Segments of 1 MB instead of 16 MB: a fresh database is 11 MB smaller. */
const initDbStartParams = ['--wal-segsize=1'];

/**
 * What one connection needs and no more. What each brings: see the README.
 * jit: compiled away in PGlite; autovacuum: there is no process for it, the engine vacuums when it is idle.
 */
const serverSettings = {
  shared_buffers: '16MB',
  wal_buffers: '256kB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '4',
  max_prepared_transactions: '0',
  autovacuum: 'off',
  jit: 'off',
  timezone: 'UTC',
};

/** Opens a database with pgvector, in a folder or in memory, filled from a snapshot if one is given and it is new. */
export async function openCluster(options: {
  folder: string | undefined;
  snapshot?: Uint8Array<ArrayBuffer>;
}): Promise<PGlite> {
  const pglite = await PGlite.create({
    dataDir: options.folder ?? 'memory://',
    extensions: { vector },
    initDbStartParams,
    startParams: [
      ...PGlite.defaultStartParams,
      ...Object.entries(serverSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    parsers: columnParsers,
    serializers: parameterSerializers,
    ...(options.snapshot && { loadDataDir: new Blob([options.snapshot], { type: 'application/x-tar' }) }),
  });
  return pglite;
}

/** Readies a database that was just made: the extension, and without the databases that only serve to make further ones. */
export async function prepareFreshCluster(pglite: PGlite): Promise<void> {
  await pglite.exec('create extension if not exists vector');
  await pglite.exec(
    `update pg_database set datistemplate = false where datname in ('template0', 'template1')`,
  );
  await pglite.exec('drop database if exists template0');
  await pglite.exec('drop database if exists template1');
}

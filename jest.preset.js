'use strict';

/** Packages published as ES modules alone: jest's module system needs them as CommonJS. */
const esmOnly = [
  '@exodus',
  'cheerio',
  'css-select',
  'css-what',
  'domelementtype',
  'domhandler',
  'domutils',
  'dom-serializer',
  'entities',
  'eventsource-parser',
  'htmlparser2',
  'nth-check',
  'boolbase',
  'mdast-[^/]+',
  'micromark[^/]*',
  'unist-[^/]+',
  'decode-named-character-reference',
  'character-entities[^/]*',
  'devlop',
  'ccount',
  'escape-string-regexp',
  'longest-streak',
  'markdown-table',
  'zwitch',
  'unpdf',
  'commander',
];

/**
 * Settings that every project's jest.config.js shares.
 * Imports of another workspace package reach its built `dist`, as they do at run time.
 *
 * @param {string} displayName name of the project in jest's report
 * @param {import('jest').Config} [overrides] settings of this project alone
 * @returns {import('jest').Config}
 */
function project(displayName, overrides = {}) {
  return {
    displayName,
    testEnvironment: 'node',
    testMatch: ['<rootDir>/**/*.spec.ts'],
    testPathIgnorePatterns: ['/node_modules/', '/dist/'],
    modulePathIgnorePatterns: ['/dist/'].map((folder) => `<rootDir>${folder}`),
    transform: {
      '^.+\\.(t|j|mj)s$': [
        '@swc/jest',
        {
          jsc: { parser: { syntax: 'typescript', dynamicImport: true }, target: 'es2024' },
          module: { type: 'commonjs', ignoreDynamic: true },
          sourceMaps: 'inline',
        },
      ],
    },
    transformIgnorePatterns: [
      `/node_modules/(?!(${esmOnly.join('|')})/)`,
      '/libs/[^/]+/dist/',
      '/services/[^/]+/dist/',
      '/apps/[^/]+/dist/',
      '/tools/[^/]+/dist/',
    ],
    // Opening a database takes seconds on a busy machine.
    testTimeout: 30_000,
    cacheDirectory: `${__dirname}/.jest-cache`,
    ...overrides,
  };
}

module.exports = { project };

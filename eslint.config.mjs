import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const libraries = (...names) => names.map((name) => `lib:${name}`);

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'libs/contracts/src/gen/**',
      'sdks/typescript/src/gen/**',
      '**/.nx/**',
      '**/.weft/**',
      '.jest-cache/**',
      'reports/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'The environment is read in config.ts alone.',
        },
      ],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [
            { sourceTag: 'lib:errors', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'lib:contracts', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'lib:tokens', onlyDependOnLibsWithTags: [] },
            { sourceTag: 'lib:dialer', onlyDependOnLibsWithTags: libraries('errors') },
            { sourceTag: 'lib:runtime', onlyDependOnLibsWithTags: libraries('errors') },
            { sourceTag: 'lib:rpc', onlyDependOnLibsWithTags: libraries('errors', 'runtime', 'contracts') },
            {
              sourceTag: 'lib:postgres',
              onlyDependOnLibsWithTags: libraries('errors', 'runtime', 'contracts'),
            },
            {
              sourceTag: 'lib:events',
              onlyDependOnLibsWithTags: libraries('errors', 'runtime', 'contracts'),
            },
            {
              sourceTag: 'lib:host',
              onlyDependOnLibsWithTags: libraries(
                'errors',
                'runtime',
                'contracts',
                'rpc',
                'postgres',
                'events',
              ),
            },
            { sourceTag: 'layer:lib', onlyDependOnLibsWithTags: ['layer:lib'] },
            { sourceTag: 'layer:service', onlyDependOnLibsWithTags: ['layer:lib', 'layer:tool'] },
            { sourceTag: 'layer:app', onlyDependOnLibsWithTags: ['layer:lib', 'layer:service'] },
            { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: ['layer:tool', 'layer:lib'] },
            { sourceTag: 'layer:test', onlyDependOnLibsWithTags: ['*'] },
            { sourceTag: 'layer:bench', onlyDependOnLibsWithTags: ['*'] },
          ],
        },
      ],
    },
  },
  {
    // The places that may read the environment: composition roots, and tests that start processes.
    files: ['**/config.ts', '**/main.ts', '**/*.spec.ts', 'bench/**/*.ts', 'tests/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // Only tests import what tests share.
    files: ['**/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.fixture.ts', 'tests/**', 'bench/**', 'libs/testing/**', 'tools/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: '@weft/testing', message: 'Only tests import @weft/testing.' },
            { name: '@weft/fake-provider', message: 'Only tests import @weft/fake-provider.' },
          ],
          patterns: [
            { group: ['@weft/*/*'], message: 'Import what a package exports, not what is inside.' },
            { group: ['**/*.fixture'], message: 'Only tests import fixtures.' },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        __dirname: 'readonly',
        console: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);

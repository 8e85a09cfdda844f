import js from '@eslint/js';
import ts from 'typescript-eslint';

/** Inner rings must not know outer ones (CONTRIBUTING.md, the map). */
function onlyTypesFrom(patterns, message) {
  return {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: patterns, message, allowTypeImports: true }] },
    ],
  };
}

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.fulfil/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
  },
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // It cannot see that a handler or a callback changed a variable meanwhile, which here is the rule.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-invalid-void-type': [
        'error',
        { allowInGenericTypeArguments: true, allowAsThisParameter: true },
      ],
      'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' }],
    },
  },
  // Doubles of ports need not wait for anything, and a table of cases may be long.
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^[^.]', message: 'The domain is pure: no packages, no I/O.' },
            { regex: '^\\.\\./', message: 'The domain imports the domain only.' },
          ],
        },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      ...onlyTypesFrom(
        '(activities|documents|cli|setup|server|worker|node:|^zod|^js-yaml|^@temporalio/(client|worker|activity))',
        'Workflow code is deterministic: types and the pure domain only.',
      ),
      'no-restricted-globals': ['error', 'process', 'fetch', 'Buffer', 'performance'],
    },
  },
  {
    files: [
      'activities/{artifacts,containers,kubernetes,secrets,stages,stores,works,admission}/**/*.ts',
      'src/{domain,documents,setup}/**/*.ts',
    ],
    rules: onlyTypesFrom('@temporalio/', 'Adapters and documents know no Temporal; activities.ts wraps them.'),
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);

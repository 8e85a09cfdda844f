import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, intCoreTag, mergeTag } from 'js-yaml';

/** `0400` is a file's mode, and 256; a number that begins with 0 and has an 8 or 9 is decimal all the same. */
const octal = /^([-+]?)0([0-7]+)$/;

const integer = defineScalarTag<number>('tag:yaml.org,2002:int', {
  ...intCoreTag,
  resolve(text, isExplicit, tagName) {
    const [, sign, digits] = octal.exec(text) ?? [];
    if (digits === undefined) return intCoreTag.resolve(text, isExplicit, tagName);
    return (sign === '-' ? -1 : 1) * parseInt(digits, 8);
  },
});

/** YAML as Kubernetes' own reader understands it: 1.2 but for octal numbers, `yes`, `no`, `on`, `off`, and merge keys. */
export const yamlSchema = CORE_SCHEMA.withTags(integer, boolYaml11Tag, mergeTag);
